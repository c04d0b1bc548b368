import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GiteaPlugin

@Suite struct GiteaHookTests {
    private static let url = "https://penstock.example/hooks/3f"
    private static let path = "/repos/acme/storefront/hooks"

    private static func wish(url: String = url, repository: String = GiteaServer.repository)
        -> HookWish
    {
        HookWish(
            repository: repository, url: url, secret: Credential(user: "", secret: "Tell-no-one-1"))
    }

    private static func hook(_ id: Int, url: String = url, active: Bool = true, _ more: String = "")
        -> String
    {
        """
        {"id": \(id), "type": "gitea", "active": \(active), "config": {"url": "\(url)", "content_type": "json"},
        "events": ["push", "delete", "pull_request", "pull_request_sync", "release"], "branch_filter": ""\(more)}
        """
    }

    @Test(arguments: [GiteaDialect.gitea, .forgejo])
    func `a hook is made once and is active`(dialect: GiteaDialect) async throws {
        try await GiteaServer.with { server, host in
            let registrar = GiteaHooks(dialect)
            #expect(registrar.provider == dialect.rawValue)
            let connection = server.connection(provider: dialect.rawValue)
            let first = try await registrar.register(Self.wish(), on: connection, host: host)
            #expect(first == RegisteredHook(id: "1", change: .created))
            let second = try await registrar.register(Self.wish(), on: connection, host: host)
            #expect(second == RegisteredHook(id: "1", change: .unchanged))
            #expect(try server.writes == ["POST \(Self.path)", "PATCH \(Self.path)/1"])
            let body = try #require(try server.requests.first { $0.method == "POST" }?.body)
            #expect(body["active"] == .bool(true) && body["type"] == .string("gitea"))
            #expect(body["config"]?["secret"] == .string("Tell-no-one-1"))
            #expect(body["config"]?["content_type"] == .string("json"))
            #expect(body["events"] == .list(GiteaHook.needed.map(SettingValue.string)))
        }
    }

    @Test
    func
        `a hook that somebody changed is put right, what they added stays, its neighbours are left alone`()
        async throws
    {
        let others = (1...120).map { Self.hook($0, url: "https://other.example/\($0)") }
        let changed = """
            {"id": 200, "type": "gitea", "active": false, "config": {"url": "\(Self.url)", "content_type": "form"},
            "events": ["push", "wiki"], "branch_filter": "release/*", "authorization_header": "Bearer proxy"}
            """
        let state = #"{"largest_page": 25, "hooks": [\#((others + [changed]).joined(separator: ","))]}"#
        for mode in ["ok", "uncounted"] {
            try await GiteaServer.with(state) { server, host in
                let first = try await GiteaHooks(.gitea).register(
                    Self.wish(), on: server.connection(mode), host: host)
                #expect(first == RegisteredHook(id: "200", change: .repaired))
                let body = try #require(try server.requests.last?.body)
                #expect(body["active"] == .bool(true) && body["branch_filter"] == .string(""))
                #expect(body["authorization_header"] == .string("Bearer proxy"))
                #expect(body["events"] == .list((GiteaHook.needed + ["wiki"]).map(SettingValue.string)))
                let second = try await GiteaHooks(.gitea).register(
                    Self.wish(), on: server.connection(mode), host: host)
                #expect(second.change == .unchanged)
                #expect(try server.writes == ["PATCH \(Self.path)/200", "PATCH \(Self.path)/200"])
            }
        }
    }

    @Test func `every hook of the URL is removed, and none is no error`() async throws {
        let state =
            #"{"hooks": [\#(Self.hook(3)),\#(Self.hook(4, url: "https://other.example/")),\#(Self.hook(5))]}"#
        try await GiteaServer.with(state) { server, host in
            for _ in 0..<2 {
                try await GiteaHooks(.gitea).remove(Self.wish(), on: server.connection(), host: host)
            }
            #expect(try server.writes == ["DELETE \(Self.path)/3", "DELETE \(Self.path)/5"])
        }
    }

    @Test(arguments: GiteaStatusTests.faults.indices)
    func `nothing is written after an answer that isn't the list of hooks`(index: Int) async throws {
        let fault = GiteaStatusTests.faults[index]
        try await GiteaServer.with(#"{"hooks": [\#(Self.hook(3))]}"#) { server, host in
            let failure = await #expect(throws: FailureDetails.self) {
                try await GiteaHooks(.gitea).register(
                    Self.wish(), on: server.connection(fault.mode), host: host)
            }
            #expect(failure?.type == fault.type, "\(fault.mode): \(failure?.message ?? "")")
            #expect(failure?.message.contains("Tell-no-one-1") == false)
            #expect(failure?.message.contains(GiteaServer.token) == false)
            let writes = try server.writes
            #expect(writes.isEmpty)
        }
    }

    @Test func `a repository that isn't there is told as such`() async throws {
        try await GiteaServer.with { server, host in
            for name in ["acme/none", "none", "a/b/c"] {
                let unknown = await #expect(throws: FailureDetails.self) {
                    try await GiteaHooks(.gitea).register(
                        Self.wish(repository: name), on: server.connection(), host: host)
                }
                #expect(unknown?.type == .configurationError)
            }
        }
    }
}
