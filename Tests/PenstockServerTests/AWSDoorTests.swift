import AWSSigning
import Foundation
import HTTPTypes
import PluginKit
import Testing

@testable import PenstockServer

@Suite struct AWSDoorTests {
    private static let list = "CodePipeline_20150709.ListPipelines"

    @Test func `a signed call is answered`() async throws {
        try await ServerBench.with { (bench) async throws in
            let answer = try await bench.call(Self.list)
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "application/x-amz-json-1.1")
            #expect(answer.headers[try #require(.init("x-amzn-RequestId"))]?.isEmpty == false)
            #expect(answer.json == .map(["pipelines": .list([])]))
        }
    }

    @Test func `an empty body is an empty input, and a query is signed along`() async throws {
        try await ServerBench.with { (bench) async throws in
            #expect(try await bench.call(Self.list, "").status == 200)
            #expect(try await bench.call(Self.list, query: "a=%20&b=%C3%A4&c").status == 200)
        }
    }

    @Test func `who has not the secret is refused`() async throws {
        try await ServerBench.with { bench in
            let key = bench.gateway.keys.administrator.accessKeyID
            let wrong = AWSCredentials(accessKeyID: key, secretAccessKey: "wrong")
            #expect(try await bench.call(Self.list, credentials: wrong).exception == "InvalidSignatureException")
            let unknown = AWSCredentials(accessKeyID: "AKIANOBODY", secretAccessKey: "x")
            #expect(try await bench.call(Self.list, credentials: unknown).exception == "UnrecognizedClientException")
            let answer = try await bench.send(.post, "/", [], Data("{}".utf8))
            #expect(answer.status == 400 && answer.exception == "MissingAuthenticationTokenException")
            let old = try await bench.call(Self.list, at: Date(timeIntervalSinceNow: -3600))
            #expect(old.exception == "InvalidSignatureException")
            for code in [
                "InvalidSignatureException", "UnrecognizedClientException", "MissingAuthenticationTokenException",
            ] {
                let text = PrometheusText(try await bench.send(.get, "/metrics").text)
                #expect((text.value("penstock_api_refusals_total", ["code": code]) ?? 0) >= 1)
            }
        }
    }

    @Test func `another region or service is no scope here`() async throws {
        try await ServerBench.with { bench in
            #expect(try await bench.call(Self.list, region: "eu-west-1").exception == "InvalidSignatureException")
            #expect(try await bench.call(Self.list, service: "s3").exception == "InvalidSignatureException")
            let crossed = try await bench.call(Self.list, service: "penstock")
            #expect(crossed.status == 400 && crossed.exception == "UnknownOperationException")
            let back = try await bench.call("Penstock_20261122.ListHooks")
            #expect(back.exception == "UnknownOperationException")
        }
    }

    @Test(arguments: [
        nil, "", ".", "ListPipelines", "CodePipeline_20150709.", ".ListPipelines", "CodePipeline_20150709.Nothing",
        "Other_1.ListPipelines", "CodePipeline_20150709.listpipelines", "a.b.c", String(repeating: "x", count: 9000),
    ])
    func `what names no operation is an unknown operation`(target: String?) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.call(target)
            #expect(answer.status == 400)
            #expect(answer.exception == "UnknownOperationException", "\(answer.text)")
        }
    }

    @Test(arguments: [
        "{", "[]", "null", "\"x\"", "{\"a\":}", "{} {}", "{\"a\":\"\\ud800\"}", "\u{0}", "{\"maxResults\":1e999}",
        String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 50_000),
        "{\"maxResults\":\"many\"}", "{\"maxResults\":[1]}",
    ])
    func `a body that is no input is a serialization fault`(body: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.call(Self.list, body)
            #expect(answer.status == 400)
            #expect(answer.exception == "SerializationException", "\(answer.text)")
        }
    }

    @Test func `an operation's own fault carries AWS's name`() async throws {
        try await ServerBench.with { bench in
            let absent = try await bench.call("CodePipeline_20150709.GetPipeline", #"{"name":"none"}"#)
            #expect(absent.status == 400 && absent.exception == "PipelineNotFoundException")
            let text = PrometheusText(try await bench.send(.get, "/metrics").text)
            #expect(text.value("penstock_api_refusals_total", ["code": "PipelineNotFoundException"]) == 1)
            let invalid = try await bench.call("CodePipeline_20150709.GetPipeline", "{}")
            #expect(invalid.exception == "ValidationException")
        }
    }

    @Test func `a body above the limit is refused before it is verified`() async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.send(.post, "/", [], Data(count: AWSDoor.bodyLimit + 1))
            #expect(answer.status == 413 && answer.exception == "RequestEntityTooLarge")
            #expect(answer.headers[.connection] == "close")
        }
    }

    @Test(arguments: [
        "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=",
        "AWS4-HMAC-SHA256 Credential=////,SignedHeaders=,Signature=",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=;;;, Signature=zz", "Basic YTpi", "Bearer x",
        "AWS4-HMAC-SHA256 Credential=\u{e4}/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=00",
        String(repeating: "AWS4-HMAC-SHA256 Credential=,", count: 2000),
    ])
    func `no odd signature gets through`(authorization: String) async throws {
        try await ServerBench.with { bench in
            for query in ["/", "/?%ZZ=%&&==&a", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=x"] {
                let answer = try await bench.send(
                    .post, query,
                    [
                        (name: "Authorization", value: authorization), (name: "X-Amz-Date", value: "20260101T000000Z"),
                        (name: "X-Amz-Target", value: Self.list),
                    ], Data("{}".utf8))
                #expect(answer.status == 400)
                #expect(answer.exception?.hasSuffix("Exception") == true, "\(answer.text)")
            }
        }
    }

    @Test func `a signed request with many and long headers is answered`() async throws {
        try await ServerBench.with { (bench) async throws in
            let many = (0..<500).map { (name: "X-Many-\($0)", value: String(repeating: "ä ", count: 100)) }
            #expect(try await bench.call(Self.list, more: many).status == 200)
        }
    }
}
