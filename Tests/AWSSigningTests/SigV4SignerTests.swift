import AWSSigning
import Foundation
import Testing

let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
let permanentKey = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: secret)
let temporaryKey = AWSCredentials(
    accessKeyID: "ASIAEXAMPLE", secretAccessKey: secret, sessionToken: "AQoDYXdzEPT//////////wEXAMPLEtc764")
/// 2015-08-30T12:36:00Z
let signingDate = Date(timeIntervalSince1970: 1_440_938_160)

@Suite struct SigV4SignerTests {
    @Test(arguments: SigningVector.all)
    func `signs as botocore does`(_ vector: SigningVector) {
        let request = SigningRequest(
            method: vector.method, path: vector.path, query: vector.query,
            headers: [("Host", "example.amazonaws.com")] + vector.headers, body: Data(vector.body.utf8))
        let signer = SigV4Signer(
            region: "us-east-1", service: vector.service, credentials: vector.temporary ? temporaryKey : permanentKey)
        let authorization = signer.headers(for: request, at: signingDate).last?.value
        let key = vector.temporary ? "ASIAEXAMPLE" : "AKIDEXAMPLE"
        #expect(
            authorization == "AWS4-HMAC-SHA256 Credential=\(key)/20150830/us-east-1/\(vector.service)/aws4_request, "
                + "SignedHeaders=\(vector.signed), Signature=\(vector.signature)")
    }

    @Test func `headers that transports change are not signed`() {
        let request = SigningRequest(
            method: "GET", path: "/",
            headers: [("Host", "h"), ("User-Agent", "u"), ("Expect", "100-continue"), ("Content-Length", "0")])
        let signer = SigV4Signer(region: "us-east-1", service: "codepipeline", credentials: permanentKey)
        let authorization = signer.headers(for: request, at: signingDate).last?.value ?? ""
        #expect(authorization.contains("SignedHeaders=host;x-amz-date,"))
    }

    @Test(arguments: [
        ("plain/-._~09AZaz", "plain/-._~09AZaz"), ("a b", "a%20b"), ("ü", "%C3%BC"), ("+", "%2B"), ("%", "%25"),
        ("//", "//"), ("a:@&=?#", "a%3A%40%26%3D%3F%23"),
    ])
    func `percent-encoding leaves only the unreserved`(_ text: String, _ expected: String) {
        #expect(PercentEncoding.encode(text, keepingSlashes: true) == expected)
    }

    @Test func `slashes are encoded outside of paths`() { #expect(PercentEncoding.encode("a/b") == "a%2Fb") }

    @Test func `credentials never show their secrets`() {
        var dumped = ""
        dump(temporaryKey, to: &dumped)
        for text in ["\(temporaryKey)", String(reflecting: temporaryKey), dumped] {
            #expect(!text.contains(secret))
            #expect(!text.contains("AQoDYXdzEPT"))
            #expect(text.contains("ASIAEXAMPLE"))
        }
    }
}
