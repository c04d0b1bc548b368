import Crypto
package import Foundation

/// Signs outgoing requests for one region and service with Signature V4.
package struct SigV4Signer: Sendable {
    package let region: String
    /// `s3` chooses S3's flavour: the path encoded once, and `x-amz-content-sha256` sent along.
    package let service: String
    private let credentials: AWSCredentials

    package init(region: String, service: String, credentials: AWSCredentials) {
        self.region = region
        self.service = service
        self.credentials = credentials
    }

    /// The headers to add to the request. Its own headers must hold `Host`; all are signed but those that
    /// transports change. The same request at the same time gives the same headers.
    package func headers(for request: SigningRequest, at date: Date) -> [(name: String, value: String)] {
        let time = SigningTime.text(date)
        var added = [(name: "X-Amz-Date", value: time)]
        if service == "s3" { added.append((name: "X-Amz-Content-Sha256", value: request.payloadHash)) }
        if let token = credentials.sessionToken { added.append((name: "X-Amz-Security-Token", value: token)) }
        var complete = request
        complete.headers += added
        let canonical = CanonicalRequest(
            request: complete, scope: CredentialScope(date: String(time.prefix(8)), region: region, service: service),
            signedHeaders: Self.signedHeaders(complete), payloadHash: request.payloadHash)
        return added + [(name: "Authorization", value: authorization(canonical, time: time))]
    }

    private func authorization(_ canonical: CanonicalRequest, time: String) -> String {
        let key = canonical.scope.signingKey(secret: credentials.secretAccessKey)
        let code = HMAC<SHA256>.authenticationCode(for: Data(canonical.stringToSign(at: time).utf8), using: key)
        return "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(canonical.scope), "
            + "SignedHeaders=\(canonical.signedHeaders.joined(separator: ";")), Signature=\(PayloadHash.hex(code))"
    }

    private static let changedByTransports: Set<String> = [
        "authorization", "connection", "content-length", "expect", "transfer-encoding", "user-agent",
        "x-amzn-trace-id",
    ]

    private static func signedHeaders(_ request: SigningRequest) -> [String] {
        Set(request.headers.map { $0.name.lowercased() }).subtracting(changedByTransports).sorted()
    }
}
