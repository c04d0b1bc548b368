import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GitHubPlugin

@Suite struct GitHubHooksTests {
    static let url = "https://penstock.example/hooks/3f"

    private func wish(_ url: String = url, secret: String? = "s3cr3t", repository: String = "acme/app") -> HookWish {
        HookWish(repository: repository, url: url, secret: secret.map { Credential(user: "", secret: $0) })
    }

    private func register(_ wish: HookWish, in world: GitHubWorld) async throws -> RegisteredHook {
        try await GitHubHooks().register(wish, on: world.connection(), host: world.host)
    }

    private func hooks(_ world: GitHubWorld) async throws -> [SettingValue] {
        try await world.state()["hooks"]?.list ?? []
    }

    @Test func `a hook is made with its secret, its events and JSON bodies`() async throws {
        try await GitHubWorld.with { world in
            let made = try await register(wish(), in: world)
            #expect(made == RegisteredHook(id: "500", change: .created))
            let hook = try #require(try await hooks(world).first)
            #expect(hook["active"] == .bool(true) && hook["name"] == .string("web"))
            #expect(hook["events"]?.list.compactMap(\.string) == GitHubHooks.events)
            let config: SettingValue = .map([
                "url": .string(Self.url), "content_type": .string("json"), "secret": .string("s3cr3t"),
                "insecure_ssl": .string("0"),
            ])
            #expect(hook["config"] == config)
        }
    }

    @Test func `the same wish again changes nothing`() async throws {
        try await GitHubWorld.with { world in
            let first = try await register(wish(), in: world)
            let before = try await hooks(world)
            let again = try await register(wish(), in: world)
            #expect(again == RegisteredHook(id: first.id, change: .unchanged))
            #expect(try await hooks(world) == before)
        }
    }

    @Test(arguments: [
        #""active":false"#, #""events":["push"]"#, #""config":{"url":"\#(url)","content_type":"form","secret":"x"}"#,
        #""config":{"url":"\#(url)","content_type":"json"}"#,
        #""config":{"url":"\#(url)","content_type":"json","secret":"x","insecure_ssl":"1"}"#,
    ])
    func `a hook that has been changed is put right`(change: String) async throws {
        let events = GitHubHooks.events.map { #""\#($0)""# }.joined(separator: ",")
        let config = #""config":{"url":"\#(Self.url)","content_type":"json","secret":"old","insecure_ssl":"0"}"#
        try await GitHubWorld.with { world in
            // The later of two equal members counts.
            try await world.set(
                """
                {"hooks":[{"id":7,"active":true,"events":[\(events)],\(config),\(change)},
                {"id":8,"active":true,"events":["push"],"config":{"url":"https://other.example/","content_type":"form"}}]}
                """)
            #expect(try await register(wish(), in: world) == RegisteredHook(id: "7", change: .repaired))
            #expect(try await register(wish(), in: world).change == .unchanged)
            let found = try await hooks(world)
            #expect(found[0]["active"] == .bool(true) && found[0]["config"]?["secret"] == .string("s3cr3t"))
            #expect(found[0]["config"]?["content_type"] == .string("json"))
            #expect(found[0]["events"]?.list.compactMap(\.string) == GitHubHooks.events)
            #expect(found[1]["config"]?["content_type"] == .string("form"))
        }
    }

    @Test func `events that somebody added stay, and all events are enough`() async throws {
        try await GitHubWorld.with { world in
            let config = #"{"url":"\#(Self.url)","content_type":"json","secret":"old","insecure_ssl":"0"}"#
            try await world.set(#"{"hooks":[{"id":7,"active":true,"events":["issues","push"],"config":\#(config)}]}"#)
            #expect(try await register(wish(), in: world).change == .repaired)
            let events = try await hooks(world)[0]["events"]?.list.compactMap(\.string)
            #expect(events == GitHubHooks.events + ["issues"])
            try await world.set(#"{"hooks":[{"id":7,"active":true,"events":["*"],"config":\#(config)}]}"#)
            #expect(try await register(wish(), in: world).change == .unchanged)
            #expect(try await hooks(world)[0]["config"]?["secret"] == .string("s3cr3t"))
        }
    }

    @Test func `a hook on a later page is found, and every hook of the URL is removed`() async throws {
        try await GitHubWorld.with { world in
            let hooks = (1...7).map { number in
                let url = number > 5 ? Self.url : "https://other.example/\(number)"
                return #"{"id":\#(number),"active":true,"events":["push"],"config":{"url":"\#(url)"}}"#
            }
            try await world.set(#"{"page":2,"hooks":[\#(hooks.joined(separator: ","))]}"#)
            #expect(try await register(wish(), in: world) == RegisteredHook(id: "6", change: .repaired))
            try await GitHubHooks().remove(wish(), on: world.connection(), host: world.host)
            let left = try await self.hooks(world)
            #expect(left.map { $0["id"] } == (1...5).map { .integer($0) })
            try await GitHubHooks().remove(wish(), on: world.connection(), host: world.host)
        }
    }

    @Test func `a lost answer does not make a second hook`() async throws {
        try await GitHubWorld.with { world in
            try await world.fault(#"{"match":"POST /repos/acme/app/hooks","drop":true}"#)
            let lost = await failure { _ = try await register(wish(), in: world) }
            #expect(lost?.type == .systemUnavailable)
            #expect(try await register(wish(), in: world).change == .unchanged)
            #expect(try await hooks(world).count == 1)
        }
    }

    @Test func `a hook that appears between looking and making is taken`() async throws {
        try await GitHubWorld.with { world in
            _ = try await register(wish(), in: world)
            try await world.fault(#"{"match":"GET /repos/acme/app/hooks","status":200,"body":[]}"#)
            #expect(try await register(wish(), in: world) == RegisteredHook(id: "500", change: .unchanged))
        }
    }

    @Test func `a refusal carries GitHub's words, and what may not be seen is a matter of rights`() async throws {
        try await GitHubWorld.with { world in
            let local = await failure { _ = try await register(wish("http://localhost:8080/hooks/1"), in: world) }
            #expect(local?.type == .configurationError && local?.message.contains("public Internet") == true)
            #expect(local?.message.contains("s3cr3t") == false)
            let hidden = await failure { _ = try await register(wish(repository: "acme/hidden"), in: world) }
            #expect(hidden?.type == .permissionError && hidden?.message.contains("Webhooks") == true)
            let refused = await failure {
                _ = try await GitHubHooks().register(
                    wish(), on: world.connection(token: "expired"), host: world.host)
            }
            #expect(refused?.type == .permissionError && refused?.message.contains("expired") == false)
        }
    }
}
