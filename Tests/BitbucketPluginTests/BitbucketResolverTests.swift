import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import BitbucketPlugin

@Suite struct BitbucketResolverTests {
    typealias World = PlayedWorld

    static func push(_ repository: String, _ before: String?, _ after: String, forced: Bool? = false) -> SourceEvent {
        SourceEvent(
            repository: repository,
            change: .branchPushed(branch: "main", before: before, after: after, forced: forced))
    }

    static func request(
        _ event: PullRequestEvent = .open, from source: String? = "acme/storefront", head: String, base: String?,
        merged: Bool? = nil, into repository: String = "acme/storefront", unresolved: SourceEvent.OpenFact? = nil
    ) -> SourceEvent {
        SourceEvent(
            repository: repository,
            change: .pullRequest(
                SourceEvent.PullRequest(
                    event: event, number: 87, sourceBranch: "feature/tax", sourceRepository: source,
                    targetBranch: "main", head: head, base: base, merged: merged, fromFork: source != repository)),
            unresolved: unresolved)
    }

    private static func ends(_ event: SourceEvent?) -> [String?] {
        guard case .pullRequest(let request)? = event?.change else { return [] }
        return [request.head, request.base]
    }

    @Test func `abbreviated commits of a pull request become whole ones`() async throws {
        let world = try World()
        let event = Self.request(
            head: String(World.c.prefix(12)), base: String(World.a.prefix(12)), unresolved: .fullCommitID)
        let found = try await BitbucketResolver().resolve(event, on: world.cloud(), host: world.host)
        #expect(found.count == 1 && found[0].unresolved == nil)
        #expect(Self.ends(found.first) == [World.c, World.a])
        #expect(try await BitbucketResolver().resolve(event, on: world.cloud(), host: world.host) == found)
    }

    @Test func `a fork's commit is asked of the fork, of the target, and of the request`() async throws {
        let world = try World()
        let resolver = BitbucketResolver()
        let short = String(World.fork.prefix(12))
        let fork = Self.request(from: "tbrand/storefront", head: short, base: nil, unresolved: .fullCommitID)
        let found = try await resolver.resolve(fork, on: world.cloud(), host: world.host)
        #expect(Self.ends(found.first) == [World.fork, nil])
        let merged = Self.request(
            from: "gone/fork", head: String(World.c.prefix(12)), base: "000000000000", unresolved: .fullCommitID)
        let other = try await resolver.resolve(merged, on: world.cloud(), host: world.host)
        #expect(Self.ends(other.first) == [World.c, nil])
        for closed in ["closed/fork", "gone/fork", nil] {
            let listed = Self.request(from: closed, head: short, base: nil, unresolved: .fullCommitID)
            let found = try await resolver.resolve(listed, on: world.cloud(), host: world.host)
            #expect(Self.ends(found.first) == [World.fork, nil])
        }
        let gone = Self.request(from: nil, head: "0123456789ab", base: nil, unresolved: .fullCommitID)
        let connection = world.cloud()
        #expect(
            await failure { () async throws(FailureDetails) in
                _ = try await resolver.resolve(gone, on: connection, host: world.host)
            } == .revisionUnavailable)
    }

    static let times: [(time: String?, isKept: Bool)] = [
        // Its title was edited.
        ("2026-02-11T12:50:00.123456+00:00", false), ("2026-02-11T12:50:01Z", false),
        // It got commits, another target, or was opened.
        ("2026-02-11T12:45:00.000001+00:00", true), ("2026-02-11T12:30:00+00:00", true),
        ("2026-02-11T12:00:00.5+00:00", true),
        // Commits and an edited text at once.
        ("2026-02-11T12:20:00.9+00:00", true),
        // Nothing of that time is known.
        ("2026-02-11T13:00:00+00:00", true), ("yesterday", true), (nil, true),
    ]

    @Test(arguments: times.indices)
    func `an update counts unless the host's record is sure that only the text was edited`(index: Int) async throws {
        let world = try World()
        var event = Self.request(.updated, head: String(World.c.prefix(12)), base: nil, unresolved: .fullCommitID)
        guard case .pullRequest(var request) = event.change else { return }
        request.updatedAt = Self.times[index].time
        event.change = .pullRequest(request)
        let found = try await BitbucketResolver().resolve(event, on: world.cloud(), host: world.host)
        let expected = Self.request(.updated, head: World.c, base: nil)
        #expect(found == (Self.times[index].isKept ? [expected] : []))
        let limited = world.cloud(Credential(user: "x-token-auth", secret: "limited"))
        #expect(try await BitbucketResolver().resolve(event, on: limited, host: world.host) == [expected])
    }

    @Test func `an answer that is another commit is no answer`() async throws {
        let world = try World()
        let connection = world.cloud()
        let event = Self.request(
            from: "acme/liar", head: String(World.c.prefix(12)), base: nil, into: "acme/liar",
            unresolved: .fullCommitID)
        #expect(
            await failure { () async throws(FailureDetails) in
                _ = try await BitbucketResolver().resolve(event, on: connection, host: world.host)
            } == .systemUnavailable)
    }

    @Test func `refs that aren't named give no events`() async throws {
        let world = try World()
        let event = SourceEvent(repository: "acme/storefront", change: .refsChanged, unresolved: .refs)
        #expect(try await BitbucketResolver().resolve(event, on: world.cloud(), host: world.host) == [])
        #expect(try await BitbucketServerResolver().resolve(event, on: world.server(), host: world.host) == [])
        let push = Self.push("acme/storefront", World.a, World.b)
        #expect(try await BitbucketResolver().resolve(push, on: world.cloud(), host: world.host) == [push])
        #expect(try await BitbucketServerResolver().resolve(push, on: world.server(), host: world.host) == [push])
        #expect(try await world.bitbucket.state().requests.isEmpty)
    }

    static let paths = ["app/tax.py", "app/round.py", "app/old.py", "docs/a b.md", "docs/ü\nx.md"]

    @Test func `Cloud tells a push's paths over all pages, with both names of what was renamed`() async throws {
        let world = try World()
        let resolver = BitbucketResolver()
        let event = Self.push("acme/storefront", World.a, World.b)
        let found = try await resolver.enriched(event, on: world.cloud(), host: world.host)
        #expect(found.changedPaths == Self.paths + ["README.md"])
        #expect(found.change == event.change)
        #expect(try await world.bitbucket.state().requests.count == 3)
        let again = try await resolver.enriched(found, on: world.cloud(), host: world.host)
        #expect(again == found)
        #expect(try await world.bitbucket.state().requests.count == 3)
    }

    @Test func `Cloud's paths stay unknown for new branches, lost commits and endless lists`() async throws {
        let world = try World()
        for event in [
            Self.push("acme/storefront", nil, World.b), Self.push("acme/storefront", World.c, World.b),
            Self.push("acme/endless", World.a, World.b),
            Self.request(head: World.c, base: nil), Self.request(head: World.b, base: World.c),
            Self.request(.closed, head: World.b, base: World.a, merged: true),
        ] {
            let found = try await BitbucketResolver().enriched(event, on: world.cloud(), host: world.host)
            #expect(found == event)
        }
        #expect(try await world.bitbucket.state().requests.count { $0.contains("/endless/") } == 100)
    }

    @Test func `a pull request's paths are compared by its commits, also a fork's`() async throws {
        let world = try World()
        let cloud = BitbucketResolver()
        let own = try await cloud.enriched(
            Self.request(head: World.c, base: World.a), on: world.cloud(), host: world.host)
        #expect(own.changedPaths == ["app/tax.py"])
        let empty = try await cloud.enriched(
            Self.request(head: World.b, base: World.a), on: world.cloud(), host: world.host)
        #expect(empty.changedPaths == [])
        let fork = try await cloud.enriched(
            Self.request(from: "tbrand/storefront", head: World.fork, base: World.a), on: world.cloud(),
            host: world.host)
        #expect(fork.changedPaths == ["fork.txt"])

        let server = BitbucketServerResolver()
        let shop = "SHOP/storefront"
        let same = try await server.enriched(
            Self.request(from: shop, head: World.c, base: World.a, into: shop), on: world.server(),
            host: world.host)
        #expect(same.changedPaths == ["app/tax.py"])
        let personal = try await server.enriched(
            Self.request(from: "~tbrand/storefront", head: World.fork, base: World.a, into: shop),
            on: world.server(), host: world.host)
        #expect(personal.changedPaths == ["fork.txt"])
        let merged = Self.request(.closed, from: shop, head: World.b, base: World.a, merged: true, into: shop)
        #expect(try await server.enriched(merged, on: world.server(), host: world.host) == merged)
        let lost = Self.request(from: shop, head: World.b, base: World.b, into: shop)
        #expect(try await server.enriched(lost, on: world.server(), host: world.host) == lost)
        let without = Self.request(from: shop, head: World.b, base: nil, into: shop)
        #expect(try await server.enriched(without, on: world.server(), host: world.host) == without)
    }

    @Test func `what no decision needs stays unknown where the credential may not ask`() async throws {
        let world = try World()
        let cloud = Self.push("acme/storefront", World.a, World.b)
        let refused = Credential(user: "x-token-auth", secret: "expired-token")
        #expect(try await BitbucketResolver().enriched(cloud, on: world.cloud(refused), host: world.host) == cloud)
        let server = Self.push("SHOP/storefront", World.a, World.b, forced: nil)
        let connection = world.server("expired-token")
        #expect(try await BitbucketServerResolver().enriched(server, on: connection, host: world.host) == server)
    }

    @Test func `Data Center tells whether a push was forced and its paths`() async throws {
        let world = try World()
        let resolver = BitbucketServerResolver()
        let connection = world.server()
        let plain = try await resolver.enriched(
            Self.push("SHOP/storefront", World.a, World.b, forced: nil), on: connection, host: world.host)
        #expect(plain.change == Self.push("SHOP/storefront", World.a, World.b, forced: true).change)
        let forward = try await resolver.enriched(
            Self.push("SHOP/storefront", World.b, World.a, forced: nil), on: connection, host: world.host)
        #expect(forward.change == Self.push("SHOP/storefront", World.b, World.a, forced: false).change)
        #expect(forward.changedPaths == Self.paths + ["copy"])
        let again = try await resolver.enriched(forward, on: connection, host: world.host)
        #expect(again == forward)
    }

    @Test func `Data Center's facts stay unknown when commits are gone or the list was cut`() async throws {
        let world = try World()
        let resolver = BitbucketServerResolver()
        let gone = Self.push("SHOP/storefront", World.fork, World.b, forced: nil)
        #expect(try await resolver.enriched(gone, on: world.server(), host: world.host) == gone)
        let capped = try await resolver.enriched(
            Self.push("SHOP/capped", World.b, World.a, forced: nil), on: world.server(), host: world.host)
        #expect(capped == Self.push("SHOP/capped", World.b, World.a, forced: false))
        let new = Self.push("SHOP/storefront", nil, World.b)
        #expect(try await resolver.enriched(new, on: world.server(), host: world.host) == new)
    }

    @Test(arguments: [
        ("v1.4.0", PlayedWorld.tagObject, PlayedWorld.b), ("light", PlayedWorld.a, PlayedWorld.a),
        // It has moved on since: the object itself is followed.
        ("moved", PlayedWorld.b, PlayedWorld.b), ("v1.4.0", String(repeating: "aa", count: 20), PlayedWorld.a),
    ])
    func `a tag comes to its commit`(tag: String, object: String, commit: String) async throws {
        let world = try World()
        let event = SourceEvent(
            repository: "SHOP/storefront", change: .tagPushed(tag: tag, commit: object), unresolved: .taggedCommit)
        let found = try await BitbucketServerResolver().resolve(event, on: world.server(), host: world.host)
        #expect(found == [SourceEvent(repository: "SHOP/storefront", change: .tagPushed(tag: tag, commit: commit))])
    }

    @Test func `a tag whose object is gone can't be told`() async throws {
        let world = try World()
        let connection = world.server()
        let event = SourceEvent(
            repository: "SHOP/storefront", change: .tagPushed(tag: "gone", commit: World.fork),
            unresolved: .taggedCommit)
        #expect(
            await failure { () async throws(FailureDetails) in
                _ = try await BitbucketServerResolver().resolve(event, on: connection, host: world.host)
            } == .revisionUnavailable)
    }
}
