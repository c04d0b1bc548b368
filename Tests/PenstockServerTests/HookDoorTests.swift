import Foundation
import HTTPTypes
import NIOCore
import PluginKit
import PipelineEngine
import PipelineModel
import Testing

@testable import PenstockServer

@Suite struct HookDoorTests {
    @Test func `a signed push is accepted once and journaled without its signature`() async throws {
        try await ServerBench.with { bench in
            let push = try ServerBench.push()
            let first = try await bench.deliver(push, id: "d-1")
            #expect(first.status == 202 && first.json?["verdict"] == .string("ignored"))
            let second = try await bench.deliver(push, id: "d-1")
            #expect(second.status == 200 && second.body == first.body)
            #expect(first.headers[.contentType] == "application/json")
            let entries = try await bench.journal()
            #expect(entries.map(\.outcome) == ["duplicate", "accepted"])
            #expect(entries.allSatisfy { $0.hookName == "main" && $0.provider == "GitHub" && $0.deliveryID == "d-1" })
            #expect(entries.allSatisfy { $0.event == "push" && $0.bodySize == push.count })
            #expect(!"\(entries)".contains("sha256="))
        }
    }

    @Test func `what starts nothing is ignored with a reason`() async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.deliver(Data("{\"zen\":\"x\"}".utf8), event: "ping")
            #expect(answer.status == 202 && answer.json?["reason"] == .string("ping"))
            #expect(try await bench.journal().first?.outcome == "ignored")
            #expect(try await bench.journal().first?.reason == "ping")
        }
    }

    /// Body, event, secret, hook, the answer.
    static let refusals: [(String, String, String?, String, Int, String)] = [
        ("{}", "push", "wrong", "main-hook", 401, "wrong-signature"),
        ("{}", "push", nil, "main-hook", 401, "wrong-signature"),
        ("{}", "push", ServerBench.secret, "no-hook", 404, "unknown-hook"),
        ("{}", "push", ServerBench.secret, "main", 404, "unknown-hook"),
        ("no json", "push", ServerBench.secret, "main-hook", 400, "not-json"),
        ("", "push", ServerBench.secret, "main-hook", 400, "not-json"),
        ("[]", "push", ServerBench.secret, "main-hook", 400, "unexpected-payload"),
        ("no json", "push", nil, "open-hook", 400, "not-json"),
    ]

    @Test(arguments: refusals)
    func `a refusal is a bare code, with its reason in the journal`(
        body: String, event: String, secret: String?, hook: String, status: Int, code: String
    ) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.deliver(Data(body.utf8), event: event, secret: secret, to: hook)
            #expect(answer.status == status && answer.text == code + "\n", "\(answer.status) \(answer.text)")
            let entry = try #require(try await bench.journal().first)
            #expect(entry.outcome == code)
            #expect(entry.reason?.isEmpty == false)
            let counted = try await bench.send(.get, "/metrics").text
            #expect(PrometheusText(counted).value("penstock_deliveries_total", ["outcome": code]) == 1)
        }
    }

    @Test func `a body above the limit is refused and the connection given up`() async throws {
        try await ServerBench.with { bench in
            let large = Data(count: HookDoor.bodyLimit + 1)
            let answer = try await bench.deliver(large, secret: nil)
            #expect(answer.status == 413 && answer.text == "too-large\n")
            #expect(answer.headers[.connection] == "close")
            let entry = try #require(try await bench.journal().first)
            #expect(entry.outcome == "too-large" && entry.bodySize == 0)
        }
    }

    @Test func `a body of exactly the limit is read`() async throws {
        try await ServerBench.with { (bench) async throws in
            let answer = try await bench.deliver(Data(count: HookDoor.bodyLimit), secret: nil)
            #expect(answer.status == 401)
        }
    }

    @Test func `an open hook takes what nobody signed`() async throws {
        try await ServerBench.with { (bench) async throws in
            #expect(try await bench.deliver(try ServerBench.push(), secret: nil, to: "open-hook").status == 202)
        }
    }

    @Test(arguments: [
        "/hooks/%00", "/hooks/%FF%FE", "/hooks/..%2F..%2Fetc", "/hooks/%", "/hooks/a%2", "/hooks/😀", "/hooks/'",
        "/hooks/" + String(repeating: "x", count: 5000),
    ])
    func `no odd path is a hook`(path: String) async throws {
        try await ServerBench.with { (bench) async throws in
            #expect(try await bench.send(.post, path, [], Data("{}".utf8)).status == 404)
            #expect(try await bench.journal().allSatisfy { $0.hook.rawValue.count <= 100 })
        }
    }
}
