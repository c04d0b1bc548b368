import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitPlugin

/// Against a real ssh server with real repositories.
@Suite(.serialized) struct SourceOverSSHTests {
    private final class World {
        let repositories: TestRepositories
        let server: SSHServer

        init() throws {
            repositories = try TestRepositories()
            server = try SSHServer(repositories: repositories.folder, scratch: repositories.scratch)
        }

        deinit { server.stop() }

        func connection(key: String? = nil, hostKeys: String? = nil) -> Connection {
            Connection(
                name: "bare", arn: ConnectionARN(TestRepositories.arn), provider: "Git", url: server.url,
                options: ["host_keys": hostKeys ?? server.hostKeys],
                secrets: ["ssh_key": Credential(user: "", secret: key ?? server.key)])
        }

        func run(_ connection: Connection) async throws -> (ActionOutcome, FakeHost, ActionJob) {
            let host = try FakeHost(connections: [connection])
            let job = try host.job(
                ConnectionSourceAction().type.id,
                configuration: [
                    "ConnectionArn": TestRepositories.arn, "FullRepositoryId": "acme/storefront", "BranchName": "main",
                ], outputs: ["App"])
            return (await ConnectionSourceAction().run(job, on: host), host, job)
        }
    }

    @Test func `a deploy key reads the repository, and is nowhere to be found afterwards`() async throws {
        let world = try World()
        let (outcome, host, job) = try await world.run(world.connection())
        defer { host.remove() }
        #expect(outcome.success?.revision?.revisionID == world.repositories.tip, "\(outcome)")
        let readme = job.outputs[0].folder.appending(path: "README")
        #expect(try String(contentsOf: readme, encoding: .utf8) == "three\n")
        let line = try #require(world.server.key.split(separator: "\n").dropFirst().first)
        let files = try TestRepositories.shell("grep -rl -e '\(line)' . || true", in: host.root)
        #expect(files.isEmpty, "the key was left in \(files)")
        #expect(!host.recorded.lines.contains { $0.contains(line) })
    }

    @Test func `branches and tags are read, and what has changed`() async throws {
        let world = try World()
        let connection = world.connection()
        let host = try FakeHost(connections: [connection])
        defer { host.remove() }
        let refs = try await GitRefReader().refs(of: "acme/storefront", on: connection, host: host)
        #expect(refs["refs/heads/main"] == world.repositories.tip)
        #expect(refs["refs/tags/v1"] == world.repositories.tip, "an annotated tag comes to its commit")
        let change = ChangedPathsQuery.push(
            repository: "acme/storefront", before: world.repositories.tip, after: world.repositories.feature)
        let paths = try await GitSourceHost(provider: "Git").changedPaths(change, on: connection, host: host)
        #expect(paths == ["cards"])
    }

    @Test func `a key that isn't let in, and a host that shows another key, are refused by name`() async throws {
        let world = try World()
        let (stranger, first, _) = try await world.run(world.connection(key: world.server.strangersKey))
        defer { first.remove() }
        #expect(stranger.failure?.type == .permissionError, "\(stranger)")
        let strange =
            world.server.hostKeys.prefix { $0 != " " } + " ssh-ed25519 "
            + "AAAAC3NzaC1lZDI1NTE5AAAAIJxxJ0Yc0nXb1u7bqv0sY3M7l2wQJ5n9jK4b0l5rj0Ym"
        let (impostor, second, _) = try await world.run(world.connection(hostKeys: String(strange)))
        defer { second.remove() }
        #expect(impostor.failure?.type == .configurationError, "\(impostor)")
        #expect(impostor.failure?.message.contains("host_keys") == true)
    }

    @Test(arguments: [("ssh_key", "no key"), ("host_keys", "ssh-keyscan")])
    func `a connection over ssh says what it lacks`(missing: String, words: String) throws {
        let connection = Connection(
            name: "bare", arn: "a", provider: "Git", url: "ssh://git@host.example/srv",
            options: missing == "host_keys" ? [:] : ["host_keys": "h k"],
            secrets: missing == "ssh_key" ? [:] : ["ssh_key": Credential(user: "", secret: "k")])
        let failure = try #require(throws: FailureDetails.self) {
            try GitRemote(connection, repository: "acme/app", credential: nil, key: "FullRepositoryId")
        }
        #expect(failure.type == .configurationError && failure.message.contains(words), "\(failure)")
    }

    @Test(arguments: [
        "ssh://-oProxyCommand=id/x", "ssh://-x@host.example/x", "ssh://git:pw@host.example/x", "ext::sh -c id",
    ])
    func `a hostile ssh URL is refused`(url: String) throws {
        let failure = try #require(throws: FailureDetails.self) {
            try GitRemote(provider: "Git", base: url, repository: "acme/app", credential: nil, key: "FullRepositoryId")
        }
        #expect(failure.type == .configurationError)
    }
}
