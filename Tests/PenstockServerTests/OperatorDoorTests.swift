import Foundation
import HTTPTypes
import PluginKit
import Testing

@testable import PenstockServer

@Suite struct OperatorDoorTests {
    @Test func `it is alive, ready, and knows its version`() async throws {
        try await ServerBench.with { (bench) async throws in
            #expect(try await bench.send(.get, "/healthz").text == "ok\n")
            #expect(try await bench.send(.get, "/readyz").text == "ready\n")
            let version = try await bench.send(.get, "/version")
            #expect(version.headers[.contentType] == "application/json")
            #expect(version.json == .map(["name": .string("penstock"), "version": .string("1.2.3")]))
        }
    }

    @Test func `metrics are valid and count what came in`() async throws {
        try await ServerBench.with { (bench) async throws in
            _ = try await bench.deliver(try ServerBench.push())
            _ = try await bench.deliver(Data("{}".utf8), secret: "wrong")
            _ = try await bench.send(.post, "/", [], Data("{}".utf8))
            let answer = try await bench.send(.get, "/metrics")
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
            let text = PrometheusText(answer.text)
            #expect(text.faults == [])
            #expect(text.value("penstock_deliveries_total", ["outcome": "accepted"]) == 1)
            #expect(text.value("penstock_deliveries_total", ["outcome": "wrong-signature"]) == 1)
            #expect(text.value("penstock_deliveries_journaled") == 2)
            #expect(text.value("penstock_pipelines") == 0)
            #expect(text.value("penstock_executions", ["status": "InProgress"]) == 0)
            #expect(
                text.value("penstock_api_refusals_total", ["code": "MissingAuthenticationTokenException"]) == 1)
            #expect((text.value("penstock_ledger_commit_seconds_count") ?? 0) > 0)
        }
    }

    @Test func `without its ledger it is alive and not ready`() async throws {
        try await ServerBench.with { (bench) async throws in
            await bench.gateway.close()
            #expect(try await bench.send(.get, "/healthz").status == 200)
            #expect(try await bench.send(.get, "/readyz").status == 503)
            #expect(try await bench.send(.get, "/metrics").status == 503)
            #expect(try await bench.deliver(try ServerBench.push()).status == 503)
            #expect(try await bench.call("CodePipeline_20150709.ListPipelines").status == 503)
        }
    }

    @Test(arguments: [
        ("GET", "/"), ("PUT", "/"), ("DELETE", "/hooks/main-hook"), ("GET", "/hooks/main-hook"), ("POST", "/hooks"),
        ("POST", "/hooks/a/b"), ("POST", "/metrics"), ("GET", "/nothing"), ("BREW", "/"), ("GET", "/%00"),
        ("GET", "/../etc/passwd"), ("GET", "/healthz/x"), ("OPTIONS", "/"), ("POST", "/x"),
    ])
    func `what is no route is 404`(method: String, path: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.send(try #require(HTTPRequest.Method(method)), path)
            #expect(answer.status == 404)
        }
    }
}
