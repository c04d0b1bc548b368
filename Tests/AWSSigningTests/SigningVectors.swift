import Testing

/// Requests and what botocore 1.43 (`SigV4Auth`, `S3SigV4Auth`) signs them with at 2015-08-30T12:36:00Z, host
/// `example.amazonaws.com`, region `us-east-1` and the key of AWS's published suite. The first is that suite's own.
struct SigningVector: Sendable, CustomTestStringConvertible {
    let name: String
    let service: String
    let method: String
    let path: String
    var query = ""
    var headers: [(name: String, value: String)] = []
    var body = ""
    var temporary = false
    let signed: String
    let signature: String

    var testDescription: String { name }

    static let all: [SigningVector] = [
        SigningVector(
            name: "get-vanilla", service: "service", method: "GET", path: "/",
            signed: "host;x-amz-date",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        SigningVector(
            name: "get-vanilla-query-order-value", service: "service", method: "GET", path: "/",
            query: "Param1=value2&Param1=value1",
            signed: "host;x-amz-date",
            signature: "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"),
        SigningVector(
            name: "get-vanilla-query-order-encoded", service: "service", method: "GET", path: "/",
            query: "a%20b=1&a=2&empty=",
            signed: "host;x-amz-date",
            signature: "b83700d51883a09a4bd091c5c7dffa0d39cd20be109d61bc7057790423160d36"),
        SigningVector(
            name: "get-vanilla-query-unreserved", service: "service", method: "GET", path: "/",
            query: "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            signed: "host;x-amz-date",
            signature: "a4a242ba674ead5015c113ee0933002b69df512ba8913f9437f7b2a8d3f7f2d3"),
        SigningVector(
            name: "get-utf8", service: "service", method: "GET", path: "/%E1%88%B4",
            signed: "host;x-amz-date",
            signature: "697b34846207a3f72246f99d74ae1ee4fe54f44bb06730c58a0d339eb079596d"),
        SigningVector(
            name: "get-space", service: "service", method: "GET", path: "/example%20space/",
            signed: "host;x-amz-date",
            signature: "446b817944c553435b35e813c261ff4e161fff982d1bacdef1c87f6785dd1662"),
        SigningVector(
            name: "get-relative-relative", service: "service", method: "GET", path: "/example1/example2/../..",
            signed: "host;x-amz-date",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        SigningVector(
            name: "get-slash-dot-slash", service: "service", method: "GET", path: "/./",
            signed: "host;x-amz-date",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        SigningVector(
            name: "get-slashes", service: "service", method: "GET", path: "//example//",
            signed: "host;x-amz-date",
            signature: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        SigningVector(
            name: "get-header-value-trim", service: "service", method: "GET", path: "/",
            headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
            signed: "host;my-header1;my-header2;x-amz-date",
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        SigningVector(
            name: "get-header-value-order", service: "service", method: "GET", path: "/",
            headers: [("My-Header1", "value4"), ("My-Header1", "value1"), ("My-Header1", "value3")],
            signed: "host;my-header1;x-amz-date",
            signature: "4308aee29786bd01288955ced08fec4107b7a775176774808d7342b80eec106b"),
        SigningVector(
            name: "post-x-www-form-urlencoded", service: "service", method: "POST", path: "/",
            headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: "Param1=value1",
            signed: "content-type;host;x-amz-date",
            signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
        SigningVector(
            name: "post-sts-token", service: "service", method: "POST", path: "/",
            temporary: true,
            signed: "host;x-amz-date;x-amz-security-token",
            signature: "6cda8d4daf577291d505decc9a77e097c9c8f3af6eb02bb749763637dee0c1a2"),
        SigningVector(
            name: "codepipeline", service: "codepipeline", method: "POST", path: "/",
            headers: [
                ("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "CodePipeline_20150709.ListPipelines"),
            ],
            body: "{}",
            signed: "content-type;host;x-amz-date;x-amz-target",
            signature: "40c199fb7ba7764546cc92063ee41498b52a24f9cc549367726a1c8a8a05f532"),
        SigningVector(
            name: "s3-put", service: "s3", method: "PUT", path: "/bucket/a%20b/%C3%BC%2B~%25",
            headers: [("Content-Type", "text/plain")],
            body: "hello",
            signed: "content-type;host;x-amz-content-sha256;x-amz-date",
            signature: "af946d300e43f0366b623c2ad852c203500a807c718ea10fbea5af5f7c0fd750"),
        SigningVector(
            name: "s3-double-slash", service: "s3", method: "GET", path: "/bucket//a/../b",
            signed: "host;x-amz-content-sha256;x-amz-date",
            signature: "7a3f8a0b51712be15656c125f3b897ae7d1a759a7b30933f4095d0dfc41ba564"),
        SigningVector(
            name: "s3-list", service: "s3", method: "GET", path: "/bucket",
            query: "list-type=2&prefix=a%2Fb%20c&max-keys=10",
            signed: "host;x-amz-content-sha256;x-amz-date",
            signature: "a186c94c461eddf1beef7c600015969b9d13499e85500c333a59c3f9ec6133ac"),
        SigningVector(
            name: "s3-token", service: "s3", method: "PUT", path: "/bucket/key",
            query: "partNumber=1&uploadId=x",
            body: "hello",
            temporary: true,
            signed: "host;x-amz-content-sha256;x-amz-date;x-amz-security-token",
            signature: "f949735a0394922adce265088cb94103561983d149dfed1d2f079a335de1e0e6"),
    ]
}
