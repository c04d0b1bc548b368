import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import BitbucketPlugin

@Suite struct BitbucketHookTests {
    typealias World = PlayedWorld

    static func wish(_ repository: String, secret: String? = "hook-secret") -> HookWish {
        HookWish(
            repository: repository, url: "https://penstock.example/hooks/3f",
            secret: secret.map { Credential(user: "", secret: $0) })
    }

    /// Each form with its provider's name, a repository, and what the test needs of it.
    static let forms: [(cloud: Bool, repository: String)] = [(true, "acme/storefront"), (false, "SHOP/storefront")]

    private static func registrar(_ isCloud: Bool) -> any HookRegistrar {
        isCloud ? BitbucketHooks() : BitbucketServerHooks()
    }

    private static func connection(_ world: World, _ isCloud: Bool) -> Connection {
        isCloud ? world.cloud() : world.server()
    }

    private static func secret(_ hook: PlayedBitbucket.State.Hook) -> String? {
        hook.secret ?? hook.configuration?.secret
    }

    @Test(arguments: forms)
    func `a hook is made once, gets its secret anew, and goes`(isCloud: Bool, repository: String) async throws {
        let world = try World()
        let registrar = Self.registrar(isCloud)
        let connection = Self.connection(world, isCloud)
        // More than a page of other people's hooks.
        for number in 0..<5 {
            let id = isCloud ? #""uuid":"{other-\#(number)}""# : #""id":\#(number)"#
            try await world.bitbucket.plant(
                hook: #"{\#(id),"url":"https://ci.example/\#(number)","active":true,"events":[],"name":"x"}"#,
                at: repository)
        }
        let made = try await registrar.register(Self.wish(repository), on: connection, host: world.host)
        #expect(made.change == .created)
        let again = try await registrar.register(Self.wish(repository), on: connection, host: world.host)
        #expect(again == RegisteredHook(id: made.id, change: .unchanged))
        _ = try await registrar.register(Self.wish(repository, secret: "new"), on: connection, host: world.host)
        var hooks = try #require(try await world.bitbucket.state().hooks[repository])
        #expect(hooks.count == 6)
        let hook = try #require(hooks.last)
        #expect(Self.secret(hook) == "new" && hook.active && hook.url == "https://penstock.example/hooks/3f")
        #expect(hook.events.first == (isCloud ? "repo:push" : "repo:refs_changed"))
        for _ in 0..<2 { try await registrar.remove(Self.wish(repository), on: connection, host: world.host) }
        hooks = try #require(try await world.bitbucket.state().hooks[repository])
        #expect(hooks.map(\.url) == (0..<5).map { "https://ci.example/\($0)" })
    }

    @Test(arguments: forms)
    func `a hook that was switched off or lacks events is put right`(isCloud: Bool, repository: String) async throws {
        let world = try World()
        let id = isCloud ? #""uuid":"{ours}""# : #""id":7"#
        let extra = isCloud ? "issue:created" : "repo:forked"
        try await world.bitbucket.plant(
            hook: #"{\#(id),"url":"https://penstock.example/hooks/3f","active":false,"events":["\#(extra)"],"#
                + #""name":"CI","description":"CI","secret":"old"}"#, at: repository)
        let connection = Self.connection(world, isCloud)
        let found = try await Self.registrar(isCloud).register(
            Self.wish(repository), on: connection, host: world.host)
        #expect(found == RegisteredHook(id: isCloud ? "{ours}" : "7", change: .repaired))
        let hook = try #require(try await world.bitbucket.state().hooks[repository]?.first)
        #expect(hook.active && hook.events.contains(extra) && hook.events.count == (isCloud ? 6 : 8))
        #expect((isCloud ? hook.description : hook.name) == "CI")
        let right = try await Self.registrar(isCloud).register(
            Self.wish(repository), on: connection, host: world.host)
        #expect(right.change == .unchanged)
    }

    @Test(arguments: forms)
    func `without a secret none is set`(isCloud: Bool, repository: String) async throws {
        let world = try World()
        let wish = Self.wish(repository, secret: nil)
        let connection = Self.connection(world, isCloud)
        for expected in [RegisteredHook.Change.created, .unchanged] {
            let found = try await Self.registrar(isCloud).register(wish, on: connection, host: world.host)
            #expect(found.change == expected)
        }
        let hook = try #require(try await world.bitbucket.state().hooks[repository]?.first)
        #expect(Self.secret(hook) == nil)
    }

    @Test func `a credential without the right and a repository that isn't there say so`() async throws {
        let world = try World()
        let limited = Credential(user: "x-token-auth", secret: "limited")
        for (registrar, connection, name) in [
            (BitbucketHooks() as any HookRegistrar, world.cloud(limited), "acme"),
            (BitbucketServerHooks(), world.server("limited"), "SHOP"),
        ] {
            let forbidden = await failure { () async throws(FailureDetails) in
                _ = try await registrar.register(Self.wish("\(name)/storefront"), on: connection, host: world.host)
            }
            #expect(forbidden == .permissionError)
            let missing = await failure { () async throws(FailureDetails) in
                try await registrar.remove(Self.wish("\(name)/nothing"), on: connection, host: world.host)
            }
            #expect(missing == .configurationError)
        }
    }
}
