import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitLabPlugin

@Suite struct GitLabHookTests {
    private static let url = "https://penstock.example/hooks/3f"
    private static let path = "/projects/acme%2Fshop%2Fstorefront/hooks"
    private static let signing = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    private static func wish(
        url: String = url, secret: String? = "Tell-no-one-1", repository: String = GitLabServer.repository
    ) -> HookWish {
        HookWish(repository: repository, url: url, secret: secret.map { Credential(user: "", secret: $0) })
    }

    private static func hook(_ id: Int, url: String = url, _ more: String = "") -> String {
        """
        {"id": \(id), "url": "\(url)", "push_events": true, "tag_push_events": true, "merge_requests_events": true,
        "pipeline_events": true, "releases_events": true, "job_events": true, "alert_status": "executable"\(more)}
        """
    }

    @Test func `a hook is made once, with its events and token`() async throws {
        try await GitLabServer.with { server, host in
            let registrar = GitLabHooks()
            #expect(registrar.provider == "GitLab")
            let first = try await registrar.register(Self.wish(), on: server.connection(), host: host)
            #expect(first == RegisteredHook(id: "1", change: .created))
            let second = try await registrar.register(Self.wish(), on: server.connection(), host: host)
            #expect(second == RegisteredHook(id: "1", change: .unchanged))
            #expect(try server.writes == ["POST \(Self.path)", "PUT \(Self.path)/1"])
            let body = try #require(try server.requests.first { $0.method == "POST" }?.body)
            #expect(body["token"] == .string("Tell-no-one-1") && body["signing_token"] == nil)
            #expect(body["url"] == .string(Self.url) && body["enable_ssl_verification"] == .bool(true))
            for event in GitLabHook.events { #expect(body[event] == .bool(true), "\(event)") }
        }
    }

    @Test func `a signing token is used where the server knows it, else the secret goes as a token`() async throws {
        try await GitLabServer.with { server, host in
            _ = try await GitLabHooks().register(
                Self.wish(secret: Self.signing), on: server.connection(), host: host)
            #expect(try server.writes == ["POST \(Self.path)"])
            #expect(try server.requests.last?.body?["signing_token"] == .string(Self.signing))
            #expect(try server.requests.last?.body?["token"] == nil)
        }
        try await GitLabServer.with { server, host in
            _ = try await GitLabHooks().register(
                Self.wish(secret: Self.signing), on: server.connection("old"), host: host)
            #expect(try server.writes == ["POST \(Self.path)", "PUT \(Self.path)/1"])
            #expect(try server.requests.last?.body?["token"] == .string(Self.signing))
        }
    }

    @Test func `a hook that somebody changed is put right and its neighbours are left alone`() async throws {
        let others = (1...120).map { Self.hook($0, url: "https://other.example/\($0)") }
        let changed = """
            {"id": 200, "url": "\(Self.url)", "push_events": false, "tag_push_events": true,
            "push_events_branch_filter": "release/*", "branch_filter_strategy": "wildcard",
            "custom_webhook_template": "{}", "alert_status": "executable"}
            """
        let state = #"{"hooks": [\#((others + [changed]).joined(separator: ","))]}"#
        try await GitLabServer.with(state) { server, host in
            let first = try await GitLabHooks().register(Self.wish(), on: server.connection(), host: host)
            #expect(first == RegisteredHook(id: "200", change: .repaired))
            let body = try #require(try server.requests.last?.body)
            #expect(body["push_events_branch_filter"] == .string(""))
            #expect(body["branch_filter_strategy"] == .string("all_branches"))
            #expect(body["custom_webhook_template"] == .string(""))
            let second = try await GitLabHooks().register(Self.wish(), on: server.connection(), host: host)
            #expect(second.change == .unchanged)
            #expect(try server.writes == ["PUT \(Self.path)/200", "PUT \(Self.path)/200"])
        }
    }

    @Test(arguments: ["disabled", "temporarily_disabled"])
    func `a hook that GitLab switched off is woken by a test that starts nothing`(status: String) async throws {
        let off = Self.hook(7).replacingOccurrences(of: "executable", with: status)
        try await GitLabServer.with(#"{"hooks": [\#(off)]}"#) { server, host in
            let found = try await GitLabHooks().register(Self.wish(), on: server.connection(), host: host)
            #expect(found == RegisteredHook(id: "7", change: .repaired))
            #expect(
                try server.writes
                    == ["PUT \(Self.path)/7", "POST \(Self.path)/7/test/resource_access_token_events"])
            let again = try await GitLabHooks().register(Self.wish(), on: server.connection(), host: host)
            #expect(again.change == .unchanged)
        }
        try await GitLabServer.with(#"{"hooks": [\#(off)]}"#) { server, host in
            let failure = await #expect(throws: FailureDetails.self) {
                try await GitLabHooks().register(Self.wish(), on: server.connection("unreachable"), host: host)
            }
            #expect(failure?.type == .systemUnavailable)
            #expect(failure?.message.contains("Failed to open TCP connection") == true)
        }
    }

    @Test func `every hook of the URL is removed, and none is no error`() async throws {
        let state = #"{"hooks": [\#(Self.hook(3)),\#(Self.hook(4, url: "https://other.example/")),\#(Self.hook(5))]}"#
        try await GitLabServer.with(state) { server, host in
            for _ in 0..<2 { try await GitLabHooks().remove(Self.wish(), on: server.connection(), host: host) }
            #expect(try server.writes == ["DELETE \(Self.path)/3", "DELETE \(Self.path)/5"])
        }
    }

    static let faults: [(mode: String, type: FailureDetails.Kind)] = [
        ("expired", .permissionError), ("forbidden", .permissionError), ("limited", .systemUnavailable),
        ("broken", .systemUnavailable), ("moved", .configurationError), ("elsewhere", .configurationError),
        ("truncated", .systemUnavailable),
    ]

    @Test(arguments: faults.indices)
    func `nothing is written after an answer that isn't the list of hooks`(index: Int) async throws {
        let fault = Self.faults[index]
        try await GitLabServer.with(#"{"hooks": [\#(Self.hook(3))]}"#) { server, host in
            let failure = await #expect(throws: FailureDetails.self) {
                try await GitLabHooks().register(Self.wish(), on: server.connection(fault.mode), host: host)
            }
            #expect(failure?.type == fault.type, "\(fault.mode): \(failure?.message ?? "")")
            #expect(failure?.message.contains("Tell-no-one-1") == false)
            #expect(failure?.message.contains(GitLabServer.token) == false)
            let writes = try server.writes
            #expect(writes.isEmpty)
        }
    }

    @Test func `what GitLab refuses is told in its words`() async throws {
        try await GitLabServer.with { server, host in
            let refused = await #expect(throws: FailureDetails.self) {
                try await GitLabHooks().register(
                    Self.wish(url: "http://10.0.0.1/x"), on: server.connection(), host: host)
            }
            #expect(refused?.type == .configurationError && refused?.message.contains("Invalid url given") == true)
            let unknown = await #expect(throws: FailureDetails.self) {
                try await GitLabHooks().register(
                    Self.wish(repository: "acme/none"), on: server.connection(), host: host)
            }
            #expect(unknown?.type == .configurationError)
        }
    }
}
