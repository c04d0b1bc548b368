import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitPlugin

/// Against `git http-backend`, as a push's source action meets it.
@Suite struct SourceOverHTTPTests {
    /// Made anew for each test: it stands in no source file, no binary and no other test's folder.
    let secret = "s3cr3t-\(UUID().uuidString)"

    /// A world whose connection leads to a server of its own, by way of `kind` (see ``GitServer``).
    final class World {
        let repositories: TestRepositories
        let server: GitServer

        init(_ kind: String = "git", needs: String = "", given: Credential? = nil) throws {
            var started: GitServer?
            repositories = try TestRepositories(credential: given) { folder, scratch in
                let server = try GitServer(
                    repositories: folder, log: scratch.appending(path: "requests"), credential: needs,
                    secret: "")
                started = server
                return "\(server.url)/\(kind)/"
            }
            server = try #require(started)
        }

        deinit { server.stop() }
    }

    @Test(arguments: ["git", "old"])
    func `branches, commits below the tip and commits of other branches are fetched`(kind: String) async throws {
        let world = try World(kind)
        let host = world.repositories.host
        for commit in [nil, world.repositories.first, world.repositories.feature] {
            let job = try world.repositories.job(commit: commit)
            let outcome = await ConnectionSourceAction().run(job, on: host)
            let success = try #require(outcome.success, "\(outcome.failure?.message ?? "")")
            #expect(success.revision?.revisionID == commit ?? world.repositories.tip)
            #expect(success.revision?.url?.hasSuffix("/acme/storefront/commit/\(success.revision!.revisionID)") == true)
        }
        // The name as it is comes first; the folder is called storefront.git.
        #expect(world.server.requests.first?.hasPrefix("GET /\(kind)/acme/storefront/info/refs") == true)
        let unknown = try world.repositories.job(commit: String(repeating: "12", count: 20))
        #expect(await ConnectionSourceAction().run(unknown, on: host).failure?.type == .revisionUnavailable)
    }

    @Test func `the credential arrives, and stands in no command line, file or log line`() async throws {
        let repositories = try TestRepositories()
        let watched = repositories.scratch.appending(path: "watched")
        try FileManager.default.createDirectory(at: watched, withIntermediateDirectories: true)
        let server = try GitServer(
            repositories: repositories.folder, log: repositories.scratch.appending(path: "requests"),
            credential: "robot:\(secret)", secret: secret, watched: watched)
        defer { server.stop() }
        let connection = Connection(
            name: "c", arn: ConnectionARN(TestRepositories.arn), provider: "GitHub", url: "\(server.url)/git",
            credential: Credential(user: "robot", secret: secret))
        let host = try FakeHost(connections: [connection], in: watched)
        defer { host.remove() }
        let given = try repositories.job()
        let job = try host.job(given.type, configuration: given.configuration, outputs: ["App"])
        let outcome = await ConnectionSourceAction().run(job, on: host)
        #expect(outcome.success?.revision?.revisionID == repositories.tip, "\(outcome.failure?.message ?? "")")
        #expect(server.requests.contains { $0.hasPrefix("POST") && $0.hasSuffix(" auth") })
        #expect(!server.requests.contains { $0.hasPrefix("leak") }, "\(server.requests)")
        #expect(host.recorded.masked.contains(secret))
        #expect(!host.recorded.lines.contains { $0.contains(secret) })
    }

    @Test func `a leak would be seen`() throws {
        let repositories = try TestRepositories()
        try Data(secret.utf8).write(to: repositories.host.root.appending(path: "config"))
        let server = try GitServer(
            repositories: repositories.folder, log: repositories.scratch.appending(path: "requests"),
            credential: "robot:\(secret)", secret: secret, watched: repositories.host.root)
        defer { server.stop() }
        let url = server.url.replacingOccurrences(of: "http://", with: "http://robot:\(secret)@")
        try TestRepositories.shell("git ls-remote -q \(url)/git/acme/storefront.git", in: repositories.scratch)
        #expect(server.requests.contains("leak config"))
        #expect(server.requests.contains { $0.hasPrefix("leak /proc/") })
    }

    @Test func `a refused or missing credential is a matter of permission`() async throws {
        for credential in [nil, Credential(user: "robot", secret: "wrong")] {
            let world = try World("git", needs: "robot:\(secret)", given: credential)
            let outcome = await ConnectionSourceAction().run(try world.repositories.job(), on: world.repositories.host)
            let failure = try #require(outcome.failure)
            #expect(failure.type == .permissionError, "\(failure.message)")
            #expect(failure.message.contains("'acme/storefront'"))
            #expect(failure.message.contains(credential == nil ? "give the connection" : "renew it"))
        }
    }

    static let troubles: [(kind: String, type: FailureDetails.Kind, words: String)] = [
        ("broken", .systemUnavailable, "could not be reached"),
        ("forbidden", .permissionError, "refused access"),
        ("moved", .configurationError, "answers with a redirect"),
    ]

    @Test(arguments: troubles.indices)
    func `a server in trouble fails by what it says`(index: Int) async throws {
        let trouble = Self.troubles[index]
        let world = try World(trouble.kind)
        let outcome = await ConnectionSourceAction().run(try world.repositories.job(), on: world.repositories.host)
        let failure = try #require(outcome.failure)
        #expect(failure.type == trouble.type, "\(failure.message)")
        #expect(failure.message.contains(trouble.words), "\(failure.message)")
    }

    @Test func `a host that nobody answers at is unavailable`() async throws {
        let world = try World()
        world.server.stop()
        let outcome = await ConnectionSourceAction().run(try world.repositories.job(), on: world.repositories.host)
        #expect(outcome.failure?.type == .systemUnavailable, "\(outcome.failure?.message ?? "")")
    }

    @Test func `an unknown repository is named, with what the host is asked`() async throws {
        let world = try World()
        let job = try world.repositories.job(["FullRepositoryId": "acme/nothing"])
        let failure = try #require(await ConnectionSourceAction().run(job, on: world.repositories.host).failure)
        #expect(failure.type == .configurationError)
        #expect(failure.message.contains("no repository 'acme/nothing' at \(world.server.url)"), "\(failure.message)")
        #expect(world.server.requests.contains { $0.contains("/acme/nothing.git/") })
    }

    enum Ending: CaseIterable { case cancelled, cleanedUp }

    @Test(.timeLimit(.minutes(1)), arguments: Ending.allCases)
    func `git and its helpers end when the action is stopped, and at the next start`(ending: Ending) async throws {
        let world = try World("hang")
        let host = world.repositories.host
        let job = try world.repositories.job()
        let owner = try LeftoverProcesses.owner(of: job.type, on: host)
        try await withThrowingTaskGroup(of: ActionOutcome.self) { group in
            group.addTask { await ConnectionSourceAction().run(job, on: host) }
            while world.server.requests.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            // git, git remote-http and its helper.
            #expect(LeftoverProcesses.ids(owner: owner).count >= 2)
            switch ending {
            case .cancelled: group.cancelAll()
            case .cleanedUp: await ConnectionSourceAction().cleanUp(on: host)
            }
            let outcome = try #require(try await group.next())
            #expect(outcome.failure != nil)
        }
        while !LeftoverProcesses.ids(owner: owner).isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        #expect(!FileManager.default.fileExists(atPath: job.workspace.appending(path: "git-fetch").path))
    }

    @Test func `cleaning up leaves the processes of other gateways alone`() async throws {
        let mine = try FakeHost()
        let other = try FakeHost()
        defer {
            mine.remove()
            other.remove()
        }
        let action = GitHubSourceAction(connectionName: "github")
        let owner = try LeftoverProcesses.owner(of: action.type.id, on: other)
        let process = try ChildProcess(["/bin/sleep", "600"], environment: [GitEnvironment.marker: owner])
        await action.cleanUp(on: mine)
        #expect(LeftoverProcesses.ids(owner: owner) == [process.id])
        await action.cleanUp(on: other)
        #expect(process.wait() == 128 + SIGKILL)
    }
}
