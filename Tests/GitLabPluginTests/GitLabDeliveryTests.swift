import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitLabPlugin

@Suite struct GitLabDeliveryTests {
    private static let url = "https://penstock.example/hooks/3f"
    private static let wish = HookWish(repository: GitLabServer.repository, url: url, secret: nil)
    private static let since = LoggedTime.iso8601("2026-02-11T00:00:00Z") ?? .distantPast

    private static func entry(
        _ key: String, _ status: String, at time: String? = "2026-02-11T10:00:00.123Z",
        data: String = #"{"object_kind":"push","n":1}"#, date: String? = nil
    ) -> String {
        let created = time.map { #","created_at":"\#($0)""# } ?? ""
        let answer = date.map { #"{"Date":"\#($0)"}"# } ?? "{}"
        return """
            {"id":1,"url":"\(url)","trigger":"push_hooks","request_data":\(data),"response_status":"\(status)",
            "request_headers":{"Content-Type":"application/json","Idempotency-Key":"\(key)","X-Gitlab-Event":"Push Hook",
            "X-Gitlab-Token":"[REDACTED]","webhook-signature":"v1,AAAA"},"response_headers":\(answer)\(created)}
            """
    }

    private static func missed(
        _ entries: [String], mode: String = "ok", _ check: ([LoggedDelivery], PlayedServer) throws -> Void
    ) async throws {
        let log = entries.joined(separator: ",")
        let state = #"{"hooks":[{"id":9,"url":"https://other.example/"},{"id":7,"url":"\#(url)","log":[\#(log)]}]}"#
        try await GitLabServer.with(state) { server, host in
            let found = try await GitLabDeliveries().undelivered(
                wish, since: since, on: server.connection(mode), host: host)
            try check(found, server)
        }
    }

    @Test func `what failed comes back oldest first, each once, as it was sent`() async throws {
        let entries = [
            Self.entry("e", "internal error"), Self.entry("d", "503"), Self.entry("c", "500"), Self.entry("b", "404"),
            Self.entry("c", "500"), Self.entry("a", "200"),
        ]
        try await Self.missed(entries) { found, _ in
            #expect(found.map(\.id) == ["b", "c", "d", "e"])
            let first = try #require(found.first)
            #expect(first.event == "Push Hook")
            #expect(first.delivery.header("Idempotency-Key") == "b")
            #expect(first.delivery.header("X-Gitlab-Token") == nil && first.delivery.header("webhook-signature") == nil)
            let body = try JSONDecoder().decode(SettingValue.self, from: first.delivery.body)
            #expect(body == .map(["object_kind": .string("push"), "n": .integer(1)]))
        }
        #expect(GitLabDeliveries().provider == "GitLab" && GitLabDeliveries().reach == 604_800)
    }

    @Test func `a delivery that arrived once is not missed, whatever else became of it`() async throws {
        let entries = [
            Self.entry("resent", "200"), Self.entry("twice", "500"), Self.entry("resent", "500"),
            Self.entry("redirected", "302"), Self.entry("twice", "201"), Self.entry("lost", "500"),
        ]
        try await Self.missed(entries) { found, _ in #expect(found.map(\.id) == ["lost"]) }
    }

    @Test func `all pages are read until one holds what is older than asked for`() async throws {
        let many = (0..<50).map { Self.entry("k\($0)", "500") }
        try await Self.missed(many) { found, server in
            #expect(found.map(\.id) == (0..<50).reversed().map { "k\($0)" })
            let pages = try server.requests.filter { $0.path.hasSuffix("/events") }
            #expect(pages.count == 3)
        }
        let old = [Self.entry("old", "500", at: "2026-02-10T23:59:59Z")]
        try await Self.missed(Array(many.prefix(10)) + old + many.dropFirst(10)) { found, server in
            #expect(!found.map(\.id).contains("old"))
            let pages = try server.requests.filter { $0.path.hasSuffix("/events") }
            #expect(pages.count == 1)
        }
    }

    @Test func `without a time of its own, an answer's date tells how old an entry is`() async throws {
        let entries = [
            Self.entry("a", "500", at: nil), Self.entry("b", "500", at: nil, date: "Tue, 10 Feb 2026 23:00:00 GMT"),
            Self.entry("c", "500", at: nil, date: "Wed, 11 Feb 2026 01:00:00 GMT"),
        ]
        try await Self.missed(entries) { found, _ in #expect(found.map(\.id) == ["c", "a"]) }
    }

    @Test func `what the log doesn't hold whole is left out`() async throws {
        let entries = [
            Self.entry("big", "500", data: #"{"oversize":true}"#), Self.entry("none", "500", data: "{}"),
            Self.entry("x", "500"),
        ]
        try await Self.missed(entries) { found, _ in #expect(found.map(\.id) == ["x"]) }
    }

    @Test func `a server without a log says so, and a hook that is gone has missed nothing`() async throws {
        let failure = await #expect(throws: FailureDetails.self) { try await Self.missed([], mode: "old") { _, _ in } }
        #expect(failure?.type == .configurationError && failure?.message.contains("17.3") == true)
        try await GitLabServer.with { server, host in
            let found = try await GitLabDeliveries().undelivered(
                Self.wish, since: Self.since, on: server.connection(), host: host)
            #expect(found.isEmpty)
        }
    }

    @Test(arguments: GitLabHookTests.faults.indices)
    func `a fault of the host is a failure and no empty log`(index: Int) async throws {
        let fault = GitLabHookTests.faults[index]
        let failure = await #expect(throws: FailureDetails.self) {
            try await Self.missed([Self.entry("a", "500")], mode: fault.mode) { _, _ in }
        }
        #expect(failure?.type == fault.type, "\(fault.mode)")
    }
}
