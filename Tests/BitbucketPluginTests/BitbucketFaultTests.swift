import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import BitbucketPlugin

/// The host's faults, hostile names, and who is shown which credential.
@Suite struct BitbucketFaultTests {
    typealias World = PlayedWorld

    static let faults: [(name: String, kind: FailureDetails.Kind?)] = [
        ("expired", .permissionError), ("busy", .systemUnavailable), ("down", .systemUnavailable),
        ("cut", .systemUnavailable), ("page", .systemUnavailable), ("moved", .configurationError),
        ("flaky", nil), ("slow", nil),
    ]

    @Test(arguments: faults.indices)
    func `each fault of the host is told as what it is`(index: Int) async throws {
        let (name, kind) = Self.faults[index]
        let world = try World()
        let cloud = BitbucketResolverTests.request(
            from: "acme/\(name)", head: String(World.c.prefix(12)), base: nil, into: "acme/\(name)",
            unresolved: .fullCommitID)
        let server = SourceEvent(
            repository: "SHOP/\(name)", change: .tagPushed(tag: "light", commit: World.a), unresolved: .taggedCommit)
        let first = await failure { () async throws(FailureDetails) in
            let found = try await BitbucketResolver().resolve(cloud, on: world.cloud(), host: world.host)
            #expect(found.first?.unresolved == nil)
        }
        #expect(first == kind)
        let second = await failure { () async throws(FailureDetails) in
            let found = try await BitbucketServerResolver().resolve(server, on: world.server(), host: world.host)
            #expect(found.first?.unresolved == nil)
        }
        #expect(second == kind)
        #expect(try await world.bitbucket.state().elsewhere.isEmpty)
    }

    @Test(arguments: faults.indices)
    func `a status too is refused, or a matter of later, as the host says`(index: Int) async throws {
        let (name, kind) = Self.faults[index]
        let world = try World()
        for mayBeThere in [false, true] {
            let cloud = BitbucketStatusTests.status(of: "acme/\(name)")
            let first = await failure { () async throws(FailureDetails) in
                try await BitbucketStatuses().report(
                    cloud, mayBeThere: mayBeThere, on: world.cloud(), host: world.host)
            }
            let server = BitbucketStatusTests.status(of: "SHOP/\(name)")
            let second = await failure { () async throws(FailureDetails) in
                try await BitbucketServerStatuses().report(
                    server, mayBeThere: mayBeThere, on: world.server(), host: world.host)
            }
            #expect([first, second] == [kind, kind], "\(name)")
        }
    }

    @Test func `a next page on another origin is not called`() async throws {
        let world = try World()
        let event = BitbucketResolverTests.push("acme/elsewhere", World.a, World.b)
        #expect(try await BitbucketResolver().enriched(event, on: world.cloud(), host: world.host) == event)
        #expect(try await world.bitbucket.state().elsewhere.isEmpty)
    }

    // MARK: Hostile names

    static let hostile = [
        "$(id)", "--upload-pack=touch /tmp/x", "a\nb", "a\u{0}b", "\u{202e}niam", "../../admin", "a/../..", "..%2f..",
        "a?b=c#d", "http://169.254.169.254/latest", "\u{feff}", String(repeating: "n", count: 1 << 20),
        String(repeating: "../", count: 1000), "💥", "a\\b", "%00", "%2e%2e",
    ]

    private static func json(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }

    @Test(arguments: hostile.indices)
    func `hostile names in payloads are names`(index: Int) throws {
        let name = Self.hostile[index]
        let text = try Self.json(name)
        let id = World.a
        let cloud = """
            {"repository":{"full_name":\(text)},"actor":{"uuid":\(text)},"push":{"changes":[
            {"new":{"type":"branch","name":\(text),"target":{"hash":"\(id)","message":\(text)}},"forced":false},
            {"new":{"type":"tag","name":\(text),"target":{"hash":"\(id)"}}},{"new":{"type":\(text),"name":\(text)}}]}}
            """
        let parsed = try BitbucketWebhookTests.parse(Data(cloud.utf8), event: "repo:push", isCloud: true)
        #expect(
            parsed.events.map(\.change) == [
                .branchPushed(branch: name, before: nil, after: id, forced: false), .tagPushed(tag: name, commit: id),
            ])
        let ref = try Self.json("refs/heads/\(name)")
        let server = """
            {"repository":{"slug":\(text),"project":{"key":\(text)}},"changes":[
            {"refId":\(ref),"fromHash":"\(id)","toHash":"\(World.b)","type":"UPDATE"},{"refId":\(text)}]}
            """
        let other = try BitbucketWebhookTests.parse(Data(server.utf8), event: "repo:refs_changed", isCloud: false)
        #expect(other.events.first?.change == .branchPushed(branch: name, before: id, after: World.b, forced: nil))
        let request = """
            {"repository":{"full_name":\(text)},"pullrequest":{"id":1,"title":\(text),"links":{"html":{"href":\(text)}},
            "source":{"branch":{"name":\(text)},"commit":{"hash":"\(id)"},"repository":{"full_name":\(text)}},
            "destination":{"branch":{"name":\(text)},"commit":{"hash":\(text)}}}}
            """
        let third = try BitbucketWebhookTests.parse(Data(request.utf8), event: "pullrequest:created", isCloud: true)
        #expect(third.events.count == 1 && third.events[0].unresolved == nil)
    }

    /// Whatever a payload names, only the connection's own origin is called, and only below the repository's path.
    @Test(arguments: hostile.indices)
    func `hostile names reach no other place of the host`(index: Int) async throws {
        let name = Self.hostile[index]
        let world = try World()
        for repository in [name, "acme/\(name)", "\(name)/storefront"] {
            let push = BitbucketResolverTests.push(repository, World.a, World.b, forced: nil)
            let request = BitbucketResolverTests.request(
                from: repository, head: String(World.c.prefix(12)), base: nil, unresolved: .fullCommitID)
            let tag = SourceEvent(
                repository: "SHOP/storefront", change: .tagPushed(tag: name, commit: World.a), unresolved: .taggedCommit
            )
            _ = try? await BitbucketResolver().enriched(push, on: world.cloud(), host: world.host)
            _ = try? await BitbucketServerResolver().enriched(push, on: world.server(), host: world.host)
            _ = try? await BitbucketResolver().resolve(request, on: world.cloud(), host: world.host)
            _ = try? await BitbucketServerResolver().resolve(tag, on: world.server(), host: world.host)
            let status = BitbucketStatusTests.status(of: repository, at: name, context: name, description: name)
            _ = try? await BitbucketStatuses().report(status, mayBeThere: true, on: world.cloud(), host: world.host)
            _ = try? await BitbucketHooks().register(
                BitbucketHookTests.wish(repository), on: world.cloud(), host: world.host)
        }
        let state = try await world.bitbucket.state()
        #expect(state.elsewhere.isEmpty)
        for request in state.requests {
            let path = try #require(request.split(separator: " ").dropFirst().first)
            #expect(
                path.hasPrefix("/2.0/repositories/") || path.hasPrefix("/rest/api/latest/projects/"),
                "\(path.prefix(300))")
            #expect(!path.contains("/../") && !path.lowercased().contains("/%2e%2e/"), "\(path.prefix(300))")
        }
    }

    // MARK: Credentials

    @Test(arguments: [
        ("x-access-token", "good", "Bearer"), ("", "good", "Bearer"), ("x-token-auth", "good", "Bearer"),
        ("ines@acme.example", "api-token", "Basic"),
    ])
    func `a token goes as Bearer, an account's as Basic`(user: String, secret: String, kind: String) async throws {
        let world = try World()
        let connection = world.cloud(Credential(user: user, secret: secret))
        try await BitbucketStatuses().report(
            BitbucketStatusTests.status(), mayBeThere: false, on: connection, host: world.host)
        #expect(try await world.bitbucket.state().requests.map { $0.hasSuffix(" \(kind)") } == [true])
    }

    @Test func `an account's token may have another user for the API than for git`() async throws {
        let world = try World()
        let connection = world.cloud(
            Credential(user: "x-bitbucket-api-token-auth", secret: "api-token"),
            options: ["api_user": "ines@acme.example"])
        try await BitbucketStatuses().report(
            BitbucketStatusTests.status(), mayBeThere: false, on: connection, host: world.host)
        #expect(
            try await BitbucketCredentialIssuer(provider: "Bitbucket").issue(for: connection, host: world.host) == nil)
    }

    @Test func `git is given the user that Bitbucket wants with an access token`() async throws {
        let world = try World()
        for provider in [BitbucketForm.cloud, BitbucketForm.server] {
            let issuer = BitbucketCredentialIssuer(provider: provider)
            #expect(issuer.provider == provider)
            let issued = try #require(try await issuer.issue(for: world.cloud(), host: world.host))
            #expect(issued.credential.user == "x-token-auth" && issued.credential.secret == "good")
            #expect(issued.expires == nil)
            #expect(try await issuer.issue(for: world.server(), host: world.host) == nil)
            #expect(try await issuer.issue(for: world.cloud(nil), host: world.host) == nil)
        }
    }

    @Test func `an OAuth consumer's token is asked for, with its end`() async throws {
        let now = Date(timeIntervalSince1970: 1_770_000_000)
        let world = try World(now: { now })
        let url = world.bitbucket.url + "/site/oauth2/access_token"
        let issuer = BitbucketCredentialIssuer(provider: BitbucketForm.cloud)
        let consumer = ["oauth_secret": Credential(user: "", secret: "consumer-secret")]
        let connection = world.cloud(nil, options: ["oauth_key": "key", "oauth_url": url], secrets: consumer)
        let issued = try #require(try await issuer.issue(for: connection, host: world.host))
        #expect(issued.credential.user == "x-token-auth" && issued.credential.secret == "fresh-1")
        #expect(issued.expires == now.addingTimeInterval(7200))
        #expect(try await world.bitbucket.state().tokens == 1)
        try await BitbucketStatuses().report(
            BitbucketStatusTests.status(), mayBeThere: false, on: world.cloud(issued.credential), host: world.host)

        let other = world.cloud(nil, options: ["oauth_key": "other", "oauth_url": url], secrets: consumer)
        let refused = await failure { () async throws(FailureDetails) in
            _ = try await issuer.issue(for: other, host: world.host)
        }
        #expect(refused == .permissionError)
        let half = world.cloud(nil, options: ["oauth_key": "key", "oauth_url": url])
        let incomplete = await failure { () async throws(FailureDetails) in
            _ = try await issuer.issue(for: half, host: world.host)
        }
        #expect(incomplete == .configurationError)
    }

    @Test func `a connection to somewhere else is not shown to bitbucket.org`() async throws {
        let host = try FakeHost()
        defer { host.remove() }
        func connection(_ url: String) -> Connection {
            Connection(
                name: "bb", arn: World.arn, provider: BitbucketForm.cloud, url: url,
                credential: Credential(user: "x-token-auth", secret: "good"))
        }
        for url in ["https://git.acme.example", "https://bitbucket.org.evil.example", "/srv/git"] {
            let kind = await failure { () async throws(FailureDetails) in
                _ = try await CloudRepositoryAPI("acme/storefront", on: connection(url), host: host)
            }
            #expect(kind == .configurationError)
        }
        let api = try await CloudRepositoryAPI("acme/storefront", on: connection("https://Bitbucket.org/"), host: host)
        #expect(api.api.base == "https://api.bitbucket.org/2.0")
    }

    @Test(arguments: [
        ("https://git.acme.example/scm", nil, "https://git.acme.example"),
        ("https://acme.example/stash/scm/", nil, "https://acme.example/stash"),
        ("https://git.acme.example", nil, "https://git.acme.example"),
        ("https://clone.acme.example/scm", "https://git.acme.example/", "https://git.acme.example"),
    ])
    func `Data Center's API lies beside what is cloned`(url: String, api: String?, base: String) {
        let connection = Connection(
            name: "dc", arn: World.arn, provider: BitbucketForm.server, url: url, apiURL: api)
        #expect(ServerRepositoryAPI.base(of: connection) == base)
    }
}
