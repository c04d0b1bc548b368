import AWSSigning
import Foundation
import Testing

@Suite struct SigV4VerifierTests {
    typealias Known = SigV4Verifier.KnownKey<String>
    let verifier = SigV4Verifier(region: "us-east-1", services: ["codepipeline", "s3", "sts"])

    /// A signed request as it would come in.
    func signed(
        _ key: AWSCredentials = permanentKey, service: String = "codepipeline", region: String = "us-east-1",
        body: String = "{}", headers: [(name: String, value: String)] = [("X-Amz-Target", "T.Op")]
    ) -> SigningRequest {
        var request = SigningRequest(
            method: "POST", path: "/a%20b", query: "x=1&a=%2F", headers: [("host", "localhost:7420")] + headers,
            body: Data(body.utf8))
        request.headers +=
            SigV4Signer(region: region, service: service, credentials: key).headers(for: request, at: signingDate)
        return request
    }

    func known(_ id: String) -> Known? {
        switch id {
        case permanentKey.accessKeyID: Known(credentials: permanentKey, principal: "ann")
        case temporaryKey.accessKeyID: Known(credentials: temporaryKey, principal: "session")
        default: nil
        }
    }

    /// What the verifier says: the principal, or the error.
    func verdict(_ request: SigningRequest, after seconds: TimeInterval = 0) -> Result<String, SignatureError> {
        do throws(SignatureError) {
            return .success(try verifier.verify(request, now: signingDate + seconds, key: known).principal)
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: ["codepipeline", "s3", "sts"], [permanentKey, temporaryKey])
    func `takes what the signer signed`(_ service: String, _ key: AWSCredentials) throws {
        let result = try verifier.verify(signed(key, service: service), now: signingDate, key: known)
        #expect(result.accessKeyID == key.accessKeyID)
        #expect(result.scope == CredentialScope(date: "20150830", region: "us-east-1", service: service))
    }

    @Test(arguments: SigningVector.all)
    func `takes what botocore signed`(_ vector: SigningVector) throws {
        let key = vector.temporary ? temporaryKey : permanentKey
        var request = SigningRequest(
            method: vector.method, path: vector.path, query: vector.query,
            headers: [("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")] + vector.headers,
            body: Data(vector.body.utf8))
        if vector.service == "s3" { request.headers.append(("X-Amz-Content-SHA256", request.payloadHash)) }
        if let token = key.sessionToken { request.headers.append(("X-Amz-Security-Token", token)) }
        request.headers.append(
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(key.accessKeyID)/20150830/us-east-1/\(vector.service)/aws4_request, "
                    + "SignedHeaders=\(vector.signed), Signature=\(vector.signature)"
            ))
        let everywhere = SigV4Verifier(region: "us-east-1", services: [vector.service])
        #expect(try everywhere.verify(request, now: signingDate, key: known).accessKeyID == key.accessKeyID)
    }

    @Test func `takes any change for a mismatch`() {
        let changes: [(inout SigningRequest) -> Void] = [
            { $0.method = "PUT" }, { $0.path = "/a%20c" }, { $0.query = "x=2&a=%2F" },
            { $0.headers[0].value = "elsewhere" }, { $0.headers[1].value = "T.Other" },
            { $0.payloadHash = PayloadHash.of(Data("{ }".utf8)) },
        ]
        for change in changes {
            var request = signed()
            change(&request)
            #expect(verdict(request) == .failure(.mismatch))
        }
        let other = AWSCredentials(accessKeyID: permanentKey.accessKeyID, secretAccessKey: "other")
        #expect(verdict(signed(other)) == .failure(.mismatch))
    }

    @Test func `a signature that is not hex is a mismatch`() {
        var request = signed()
        request.headers[request.headers.count - 1].value += "zz"
        #expect(verdict(request) == .failure(.mismatch))
    }

    @Test(arguments: [(-901.0, false), (-900, true), (0, true), (900, true), (901, false)])
    func `allows fifteen minutes of skew`(_ seconds: TimeInterval, _ taken: Bool) {
        switch verdict(signed(), after: seconds) {
        case .success: #expect(taken)
        case .failure(.expired), .failure(.notYetCurrent): #expect(!taken)
        case .failure(let error): Issue.record("\(error)")
        }
    }

    @Test func `says when a signature expired, in AWS's words`() {
        guard case .failure(let late) = verdict(signed(), after: 1440) else { return #expect(Bool(false)) }
        #expect(late.code == "InvalidSignatureException")
        #expect(
            late.message
                == "Signature expired: 20150830T123600Z is now earlier than 20150830T124500Z (20150830T130000Z - 15 min.)"
        )
        guard case .failure(let early) = verdict(signed(), after: -1560) else { return #expect(Bool(false)) }
        #expect(
            early.message == "Signature not yet current: 20150830T123600Z is still later than 20150830T122500Z "
                + "(20150830T121000Z + 15 min.)")
    }

    @Test func `the Date header may stand in for X-Amz-Date, if it is signed`() {
        var request = signed()
        request.headers.removeAll { $0.name == "X-Amz-Date" }
        request.headers[request.headers.count - 1].value = request.headers.last!.value
            .replacingOccurrences(of: "host;x-amz-date;", with: "host;")
        guard case .failure(.incomplete(let reason)) = verdict(request) else { return #expect(Bool(false)) }
        #expect(reason.contains("'X-Amz-Date' or a 'Date' header"))
        request.headers.append(("Date", "Sun, 30 Aug 2015 12:36:00 GMT"))
        #expect(verdict(request) == .failure(.unsignedHeaders(["date"])))
        request.headers.append(("X-Amz-Date", "2015-08-30"))
        guard case .failure(.incomplete) = verdict(request) else { return #expect(Bool(false)) }
    }

    @Test func `a request without a signature lacks its token`() {
        let request = SigningRequest(method: "POST", path: "/", headers: [("host", "h")])
        #expect(verdict(request) == .failure(.missingToken))
        #expect(SignatureError.missingToken.code == "MissingAuthenticationTokenException")
    }

    @Test(arguments: [
        ("Basic YTpi", "Unsupported AWS 'algorithm'"),
        ("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request", "requires 'Signature'"),
        ("AWS4-HMAC-SHA256 nonsense", "missing equal-sign"),
        ("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/x, SignedHeaders=host, Signature=00", "5 slash-delimited"),
        ("AWS4-HMAC-SHA256 Credential=A/20150830/r/s3/aws5_request, SignedHeaders=host, Signature=00", "terminator"),
    ])
    func `a malformed header is incomplete`(_ header: String, _ reason: String) {
        let request = SigningRequest(method: "POST", path: "/", headers: [("host", "h"), ("Authorization", header)])
        guard case .failure(let error) = verdict(request) else { return #expect(Bool(false)) }
        #expect(error.code == "IncompleteSignatureException")
        #expect(error.message.contains(reason))
    }

    @Test func `keys and tokens that don't exist are refused alike`() {
        let stranger = AWSCredentials(accessKeyID: "AKIASTRANGER", secretAccessKey: secret)
        #expect(verdict(signed(stranger)) == .failure(.unknownKey))
        let tokenless = AWSCredentials(accessKeyID: "ASIAEXAMPLE", secretAccessKey: secret)
        #expect(verdict(signed(tokenless)) == .failure(.unknownToken))
        let forged = AWSCredentials(accessKeyID: "ASIAEXAMPLE", secretAccessKey: secret, sessionToken: "other")
        #expect(verdict(signed(forged)) == .failure(.unknownToken))
        #expect(SignatureError.unknownKey.description == SignatureError.unknownToken.description)
    }

    @Test func `a temporary key ends with its session`() {
        let over = Known(credentials: temporaryKey, principal: "session", expires: signingDate)
        #expect(throws: SignatureError.expiredToken) {
            try verifier.verify(signed(temporaryKey), now: signingDate) { _ in over }
        }
    }

    @Test func `the scope must be this server's`() {
        #expect(verdict(signed(region: "eu-west-1")) == .failure(.wrongRegion("eu-west-1", expected: "us-east-1")))
        #expect(
            verdict(signed(service: "ec2"))
                == .failure(.wrongService("ec2", expected: ["codepipeline", "s3", "sts"])))
        var request = signed()
        request.headers[request.headers.count - 1].value = request.headers.last!.value
            .replacingOccurrences(of: "/20150830/", with: "/20150831/")
        #expect(verdict(request) == .failure(.dateMismatch(scope: "20150831", time: "20150830T123600Z")))
    }

    @Test func `headers must be covered, and covered headers present`() {
        var request = signed()
        request.headers.append(("X-Amz-Meta-A", "1"))
        #expect(verdict(request) == .failure(.unsignedHeaders(["x-amz-meta-a"])))
        request = signed()
        request.headers.removeAll { $0.name == "X-Amz-Target" }
        #expect(verdict(request) == .failure(.absentHeader("x-amz-target")))
        request = signed()
        request.headers[request.headers.count - 1].value = request.headers.last!.value
            .replacingOccurrences(of: "SignedHeaders=host;", with: "SignedHeaders=")
        #expect(verdict(request) == .failure(.unsignedHeaders(["host"])))
    }

    @Test func `the payload's hash is computed, never believed`() {
        var request = signed(service: "s3")
        request.payloadHash = PayloadHash.empty
        #expect(verdict(request) == .failure(.payloadHashMismatch))
    }

    @Test func `only S3 may leave its body unsigned`() {
        for (service, taken) in [("s3", true), ("codepipeline", false)] {
            var request = SigningRequest(
                method: "PUT", path: "/b/k", headers: [("host", "h")], payloadHash: PayloadHash.unsigned)
            if service != "s3" { request.headers.append(("x-amz-content-sha256", PayloadHash.unsigned)) }
            request.headers += SigV4Signer(region: "us-east-1", service: service, credentials: permanentKey)
                .headers(for: request, at: signingDate)
            request.payloadHash = PayloadHash.of(Data("hello".utf8))
            #expect(verdict(request) == (taken ? .success("ann") : .failure(.payloadHashMismatch)))
        }
    }
}
