import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import Testing
import WebhookIntake

@testable import PenstockServer

@Suite struct HookTableTests {
    private func hooks(_ yaml: String, key: Data = Data(repeating: 7, count: 32)) throws -> [Hook] {
        let settings = try ServerFolder().settings(yaml)
        let connections = ConnectionTable(settings.connections, region: settings.region, account: settings.account)
        return try HookTable.hooks(settings, modules: try Modules(settings), connections: connections, idKey: key)
    }

    @Test func `an id is opaque, stable for its key, and another for another name or key`() {
        let one = Data(repeating: 1, count: 32)
        let id = HookTable.id(of: "main", key: one).rawValue
        #expect(id.count == 32 && id.allSatisfy(\.isHexDigit))
        #expect(HookTable.id(of: "main", key: one).rawValue == id)
        #expect(HookTable.id(of: "other", key: one).rawValue != id)
        #expect(HookTable.id(of: "main", key: Data(repeating: 2, count: 32)).rawValue != id)
    }

    @Test func `each data folder has a key of its own, made once and for its owner only`() throws {
        let one = try ServerFolder()
        let two = try ServerFolder()
        let key = try HookTable.idKey(in: one.url)
        #expect(key.count == 32)
        #expect(try HookTable.idKey(in: one.url) == key)
        #expect(try HookTable.idKey(in: two.url) != key)
        #expect(try mode(of: one.url.appending(path: "hooks.key")) == 0o600)
    }

    @Test func `of many that make the key at once all get the same`() async throws {
        let folder = try ServerFolder()
        let keys = try await withThrowingTaskGroup(of: Data.self) { group in
            for _ in 0..<16 { group.addTask { try HookTable.idKey(in: folder.url) } }
            return try await group.reduce(into: Set<Data>()) { $0.insert($1) }
        }
        #expect(keys.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["hooks.key"])
    }

    @Test func `a damaged key is told, not replaced`() throws {
        let folder = try ServerFolder()
        try folder.write("short", to: "hooks.key")
        let error = #expect(throws: CommandError.self) { try HookTable.idKey(in: folder.url) }
        #expect(error?.message.contains("32 bytes") == true)
        #expect(try folder.read("hooks.key") == "short")
    }

    @Test func `a hook is joined with its module, connection and secrets`() throws {
        let hooks = try hooks(
            """
            connections: {github: {url: 'https://x'}, other: {url: 'https://y'}}
            hooks:
              a: {connection: github, secret: s, previous_secret: p, id: fixed}
              b: {connection: other, unauthenticated: true}
            """)
        #expect(hooks.map(\.name) == ["a", "b"])
        #expect(hooks[0].id == "fixed" && hooks[1].id == HookTable.id(of: "b", key: Data(repeating: 7, count: 32)))
        #expect(hooks.map(\.connection.name) == ["github", "other"])
        #expect(hooks.map(\.servesGitHubV1) == [true, false])
        guard case .secrets(let secrets) = hooks[0].authentication, case .unauthenticated = hooks[1].authentication
        else {
            Issue.record("the authentications are others")
            return
        }
        #expect(secrets == [Data("s".utf8), Data("p".utf8)])
    }

    @Test(arguments: ["check_run", "check_suite"])
    func `a hook knows the App of its connection, so that its own stages start nothing`(event: String) throws {
        let hooks = try hooks(
            """
            connections:
              app: {url: 'https://x', options: {app_id: '80177'}, secrets: {private_key: k}}
              token: {url: 'https://x', token: t}
            hooks: {a: {connection: app, secret: s}, b: {connection: token, secret: s}}
            """)
        let payload = """
            {"action":"completed","repository":{"full_name":"acme/app"},
            "\(event)":{"id":1,"name":"penstock/app/Build","conclusion":"success","app":{"id":80177,"name":"Penstock"}}}
            """
        let counts = try hooks.map { hook in
            guard case .immediate(let provider) = hook.translator else { throw CancellationError() }
            let delivery = WebhookDelivery(headers: [], body: Data(payload.utf8))
            return try provider.parse(VerifiedDelivery(verified: delivery, event: event)).events.count
        }
        #expect(counts == [0, 1])
    }

    @Test func `the module's setting names the connection of version 1 actions`() throws {
        let hooks = try hooks(
            """
            modules: {Git: {v1_connection: other}}
            connections: {github: {url: 'https://x'}, other: {url: 'https://y'}}
            hooks: {a: {connection: github, secret: s}, b: {connection: other, secret: s}}
            """)
        #expect(hooks.map(\.servesGitHubV1) == [false, true])
    }

    @Test func `a hook of something that is no Git host needs no connection and speaks for none`() throws {
        let hook = try #require(
            try hooks(
                """
                connections: {github: {url: 'https://x'}}
                hooks: {ci: {provider: Jenkins, secret: s}}
                """
            ).first)
        #expect(hook.connection.name == "-" && hook.standstill == nil && !hook.servesGitHubV1)
        let push = SourceEvent(
            repository: "acme/app", change: .branchPushed(branch: "main", before: nil, after: "c1", forced: nil))
        let arn = "arn:aws:codeconnections:us-east-1:000000000000:connection/github"
        let binding = SourceBinding(
            pipeline: "app", action: "Checkout", origin: .connection(ConnectionARN(arn)), repository: "acme/app",
            branch: "main")
        let verdict = Matchmaker(hook: hook, webhookARN: "arn").verdict(on: push, for: binding)
        #expect(verdict == .no(reason: "the source uses the connection \(arn), the hook has none"))
    }

    @Test(arguments: [
        (
            "connections: {c: {url: 'https://x'}}\nhooks: {a: {connection: c, secret: s, provider: Forge}}",
            "hooks.a.provider", "there are: Bitbucket"
        ),
        ("hooks: {a: {connection: c, secret: s}}", "hooks.a.connection", "connections:"),
        (
            """
            connections: {c: {url: 'https://x'}}
            hooks: {a: {connection: c, secret: s, id: same}, b: {connection: c, secret: s, id: same}}
            """, "hooks.b.id", "hook a too"
        ),
    ])
    func `a hook that can't be joined is named with its remedy`(yaml: String, place: String, remedy: String) throws {
        let error = #expect(throws: SettingsError.self) { try hooks(yaml) }
        #expect(error?.place == place)
        #expect(error?.message.contains(remedy) == true, "\(error?.message ?? "")")
    }
}
