import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitHubPlugin

/// What a host does on bad days, by way of one call that reads (pages of hooks) and one that writes (a status).
@Suite struct GitHubFaultTests {
    private func read(_ world: GitHubWorld, _ connection: Connection? = nil) async throws -> [GitHubHooks.Hook] {
        let api = try await GitHubAccess.api(for: connection ?? world.connection(), host: world.host)
        return try await GitHubHooks.hooks(for: "https://x/", of: GitHubRepository("acme/app"), api)
    }

    private func write(_ world: GitHubWorld) async throws {
        let status = CommitStatus(
            repository: "acme/app", commit: GitHubWorld.commit, branch: nil, state: .pending, context: "c",
            description: "d", url: nil)
        try await GitHubReports().report(status, mayBeThere: false, on: world.connection(), host: world.host)
    }

    /// The fault, what reading comes to, and how often the server is asked.
    static let faults: [(fault: String, kind: FailureDetails.Kind?, words: String, calls: Int)] = [
        (#""status":401,"body":{"message":"Bad credentials"}"#, .permissionError, "refused (401)", 1),
        (#""status":403,"body":{"message":"Resource not accessible"}"#, .permissionError, "may not do this (403)", 1),
        (#""status":403,"headers":{"X-RateLimit-Remaining":"0"}"#, .systemUnavailable, "less often", 1),
        (#""status":403,"headers":{"Retry-After":"60"}"#, .systemUnavailable, "less often", 1),
        (
            #""status":403,"body":{"message":"You have exceeded a secondary rate limit."}"#, .systemUnavailable,
            "less often", 1
        ),
        (#""status":429,"headers":{"Retry-After":"3600"}"#, .systemUnavailable, "less often (429)", 1),
        (#""status":429,"headers":{"Retry-After":"0"}"#, nil, "", 2),
        (#""status":502,"body":"<html>bad gateway""#, nil, "", 2),
        (#""status":503,"times":9"#, .systemUnavailable, "the host failed (503)", 3),
        (#""status":200,"body":"<html>maintenance""#, .systemUnavailable, "not what the host's API promises", 1),
        (#""status":200,"body":{"hooks":[]}"#, .systemUnavailable, "not what the host's API promises", 1),
        (
            #""status":301,"headers":{"Location":"https://api.github.com/repositories/1/hooks"}"#,
            .configurationError, "redirects elsewhere (301)", 1
        ),
        (#""status":304"#, .configurationError, "was answered 304", 1),
        (#""status":418,"body":{"message":"I am a teapot"}"#, .configurationError, "I am a teapot", 1),
        (#""cut":1,"headers":{}"#, .systemUnavailable, "", 1),
        (#""slowly":0.02"#, nil, "", 1),
    ]

    @Test(arguments: faults.indices)
    func `each fault of the host is what it is`(index: Int) async throws {
        let (fault, kind, words, calls) = Self.faults[index]
        try await GitHubWorld.with { world in
            let hook = #"{"id":7,"active":true,"events":["push"],"config":{"url":"https://x/"}}"#
            try await world.set(#"{"hooks":[\#(hook)]}"#)
            try await world.fault(#"{"match":"GET /repos/acme/app/hooks",\#(fault)}"#)
            do {
                #expect(try await read(world).map(\.id) == [7])
                #expect(kind == nil)
            } catch let failure as FailureDetails {
                #expect(failure.type == kind && (words.isEmpty || failure.message.contains(words)), "\(failure)")
                #expect(!failure.message.contains("good"))
            }
            #expect(try await world.calls().count == calls)
        }
    }

    @Test func `what is written is not sent again by itself`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(#"{"commits":["\#(GitHubWorld.commit)"]}"#)
            for fault in [#""status":502"#, #""drop":true"#, #""cut":1"#] {
                try await world.fault(#"{"match":"POST",\#(fault)}"#)
                let before = try await world.calls().count
                _ = try? await write(world)
                #expect(try await world.calls().count == before + 1)
            }
        }
    }

    /// What GitHub says to a status, and whether it may be taken later.
    static let refusals: [(fault: String, kind: FailureDetails.Kind)] = [
        (#""status":401"#, .permissionError), (#""status":403"#, .permissionError),
        (#""status":404"#, .permissionError), (#""status":422"#, .configurationError),
        (#""status":422,"body":{"message":"No commit found for SHA: x"}"#, .revisionUnavailable),
        (#""status":410"#, .configurationError), (#""status":301,"headers":{"Location":"/x"}"#, .configurationError),
        (#""status":403,"headers":{"Retry-After":"60"}"#, .systemUnavailable), (#""status":429"#, .systemUnavailable),
        (#""status":500"#, .systemUnavailable), (#""status":502"#, .systemUnavailable),
    ]

    @Test(arguments: refusals.indices, [[:], ["statuses": "checks"]])
    func `a status and a check run end, or are a matter of later, as GitHub says`(
        index: Int, options: [String: String]
    ) async throws {
        let (fault, kind) = Self.refusals[index]
        try await GitHubWorld.with { world in
            try await world.set(#"{"commits":["\#(GitHubWorld.commit)"]}"#)
            try await world.fault(#"{"match":"POST","times":9,\#(fault)}"#)
            let status = CommitStatus(
                repository: "acme/app", commit: GitHubWorld.commit, branch: nil, state: .running, context: "c",
                description: "d", url: nil)
            let connection = world.connection(options: options)
            let failure = await failure {
                try await GitHubReports().report(status, mayBeThere: false, on: connection, host: world.host)
            }
            #expect(failure?.type == kind, "\(failure?.message ?? "")")
        }
    }

    @Test func `the token is shown to nobody but the connection's own origin`() async throws {
        try await GitHubWorld.with { world in
            let elsewhere = try GitHubServer(in: world.host.root)
            defer { elsewhere.stop() }
            let foreign = GitHubWorld(server: elsewhere, client: world.client, host: world.host)
            let hooks = (1...3).map { #"{"id":\#($0),"active":true,"events":[],"config":{"url":"https://x/"}}"# }
            try await world.set(
                #"{"page":2,"hooks":[\#(hooks.joined(separator: ","))],"next_host":"\#(elsewhere.url)"}"#)
            let page = await failure { _ = try await read(world) }
            #expect(page?.type == .permissionError && page?.message.contains("another host") == true)
            for status in [301, 302, 307, 308] {
                try await world.fault(
                    #"{"match":"GET","status":\#(status),"headers":{"Location":"\#(elsewhere.url)/api/v3/x"}}"#)
                let moved = await failure { _ = try await read(world) }
                #expect(moved?.type == .configurationError)
            }
            #expect(try await foreign.calls().isEmpty)
        }
    }

    @Test func `a certificate that nobody vouches for ends the call before the token is shown`() async throws {
        try await GitHubWorld.with { world in
            let pem = world.host.root.appending(path: "both.pem")
            let made = try Self.run(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x "
                    + "-keyout '\(pem.path).key' -out '\(pem.path).crt' 2>/dev/null && "
                    + "cat '\(pem.path).key' '\(pem.path).crt' > '\(pem.path)'")
            try #require(made == 0, "openssl is needed (apt-get install openssl)")
            let secure = try GitHubServer(in: world.host.root, certificate: pem)
            defer { secure.stop() }
            let refused = await failure { _ = try await read(world, world.connection(url: secure.url)) }
            #expect(refused?.type == .systemUnavailable && refused?.message.contains("certificate") == true)
        }
    }

    private static func run(_ script: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script]
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test(
        arguments: [
            ("https://github.com", nil, "https://api.github.com"),
            ("https://www.GitHub.com/", nil, "https://api.github.com"),
            ("https://ghe.acme.example", nil, "https://ghe.acme.example/api/v3"),
            ("https://ghe.acme.example:8443/", nil, "https://ghe.acme.example:8443/api/v3"),
            ("https://acme.ghe.com", nil, "https://api.acme.ghe.com"),
            ("https://notgithub.com", nil, "https://notgithub.com/api/v3"),
            ("https://github.com", "https://proxy.acme.example/github", "https://proxy.acme.example/github"),
            ("/srv/git", "https://proxy.acme.example", "https://proxy.acme.example"),
            ("/srv/git", nil, nil), ("file:///srv", nil, nil), ("https://me:secret@ghe.acme.example", nil, nil),
            ("https://github.com?x", nil, nil), ("ssh://git@github.com", nil, nil), ("https://", nil, nil),
        ] as [(String, String?, String?)])
    func `the API's address follows from the connection's`(url: String, api: String?, base: String?) throws {
        let connection = Connection(name: "github", arn: GitHubWorld.arn, provider: "GitHub", url: url, apiURL: api)
        if let base {
            #expect(try GitHubAccess.base(of: connection) == base)
        } else {
            let refused = #expect(throws: FailureDetails.self) { try GitHubAccess.base(of: connection) }
            #expect(refused?.type == .configurationError && refused?.message.contains("secret") == false)
        }
    }

    @Test(arguments: ["", "to ken", "token\n", "tokén"])
    func `a credential that is no token is named, not shown`(token: String) async throws {
        let host = try FakeHost()
        defer { host.remove() }
        let connection = Connection(
            name: "github", arn: GitHubWorld.arn, provider: "GitHub", url: "https://github.com",
            credential: Credential(user: "", secret: token))
        let refused = await failure { _ = try await GitHubAccess.api(for: connection, host: host) }
        #expect(refused?.type == .configurationError && refused?.message.contains("to ken") == false)
    }

    @Test func `without a credential the API is asked as nobody`() async throws {
        try await GitHubWorld.with { world in
            try await world.fault(#"{"match":"GET","status":200,"body":[]}"#)
            #expect(try await read(world, world.connection(token: nil)).isEmpty)
            #expect(try await world.calls().map(\.authorization) == [""])
        }
    }

    @Test func `points in time may have fractions`() {
        let date = Date(timeIntervalSince1970: 1_770_800_000)
        #expect(GitHubAccess.date("2026-02-11T08:53:20Z") == date)
        #expect(GitHubAccess.date("2026-02-11T08:53:20.500Z") == date.addingTimeInterval(0.5))
        #expect(GitHubAccess.date("yesterday") == nil)
    }

    @Test func `the module contributes all that GitHub has`() throws {
        let names = try GitHub(settings: .null).contributions.map { "\($0)".prefix { $0 != "(" } }
        #expect(
            names == [
                "webhook", "eventResolver", "credentialIssuer", "hookRegistrar", "deliveryLog", "statusReporter",
            ])
    }
}
