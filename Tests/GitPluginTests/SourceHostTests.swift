import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitPlugin

/// Against real repositories, over files and over `git http-backend`.
@Suite struct SourceHostTests {
    /// `acme/paths.git`: pushes with every kind of change, a forced push, and pull requests of a fork.
    final class World {
        let repositories: TestRepositories
        private var server: GitServer?
        let ids: [String: String]

        enum Access: String, CaseIterable { case files, git, old }

        init(_ access: Access) throws {
            var started: GitServer?
            repositories = try TestRepositories { folder, scratch in
                guard access != .files else { return folder.path }
                let server = try GitServer(repositories: folder, log: scratch.appending(path: "requests"))
                started = server
                return "\(server.url)/\(access.rawValue)"
            }
            server = started
            let output = try TestRepositories.shell(World.script, in: repositories.scratch)
            ids = Dictionary(
                uniqueKeysWithValues: output.split(separator: "\n").map { line in
                    let words = line.split(separator: " ")
                    return (String(words[0]), String(words[1]))
                })
        }

        deinit { server?.stop() }

        func paths(_ change: ChangedPathsQuery) async throws -> Set<String> {
            let host = repositories.host
            let connection = try #require(host.connections.connection(named: "github"))
            let found = try await GitSourceHost(provider: "GitHub").changedPaths(change, on: connection, host: host)
            #expect(Set(found).count == found.count)
            return Set(found)
        }

        func failure(_ change: ChangedPathsQuery) async throws -> FailureDetails {
            try await #require(throws: FailureDetails.self) { try await self.paths(change) }
        }

        var scratchIsEmpty: Bool {
            get throws {
                let folder = try repositories.host.stateFolder(for: "Git").appending(path: "changed-paths")
                return try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty
            }
        }

        func push(_ before: String, _ after: String) -> ChangedPathsQuery {
            .push(repository: "acme/paths", before: ids[before] ?? before, after: ids[after] ?? after)
        }

        func request(_ number: Int, _ head: String, base: String? = nil) -> ChangedPathsQuery {
            .pullRequest(
                repository: "acme/paths", number: number, head: ids[head] ?? head, targetBranch: "main",
                base: base.flatMap { ids[$0] })
        }

        private static let script = #"""
            mkdir paths && cd paths && git init -q -b main
            say() { echo "$1 $(git rev-parse HEAD)"; }
            mkdir -p src docs && seq 50 > src/old.txt && echo a > src/a && echo b > docs/b && echo c > keep
            git add . && git commit -q -m base && say base
            git mv src/old.txt src/new.txt && git rm -q docs/b && echo aa > src/a && mkdir 'd é' && echo n > 'd é/naïve "file"'
            printf x > "$(printf 'tab\there')" && git add . && git commit -q -m one
            chmod 755 keep && git commit -q -a -m two && say changed
            git commit -q --allow-empty -m empty && say empty
            git checkout -q -b fork HEAD~3
            echo f > forked && git add . && git commit -q -m fork && say fork
            echo f > forked2 && git add . && git commit -q -m fork2 && say fork2
            git checkout -q main && echo m > later && git add . && git commit -q -m later && say later
            git clone -q --bare . ../srv/acme/paths.git && cd ../srv/acme/paths.git
            git update-ref refs/pull/7/head fork && git update-ref -d refs/heads/fork
            cd ../../../paths
            git checkout -q -b lost HEAD~1 && echo l > lost && git add . && git commit -q -m lost && say lost
            git checkout -q main && git merge -q --no-ff -m merge fork && say merge
            """#
    }

    static let changes: Set = [
        "src/old.txt", "src/new.txt", "docs/b", "src/a", "d é/naïve \"file\"", "tab\there", "keep",
    ]

    @Test(arguments: World.Access.allCases)
    func `a push's paths are those that differ, both names of what was renamed`(access: World.Access) async throws {
        let world = try World(access)
        #expect(try await world.paths(world.push("base", "changed")) == Self.changes)
        #expect(try await world.paths(world.push("changed", "base")) == Self.changes)
        #expect(try await world.paths(world.push("changed", "empty")) == [])
        #expect(try world.scratchIsEmpty)
    }

    @Test(arguments: World.Access.allCases)
    func `a pull request's paths are what it changed since it left its target`(access: World.Access) async throws {
        let world = try World(access)
        #expect(try await world.paths(world.request(7, "fork2")) == ["forked", "forked2"])
        // The request has moved on since.
        #expect(try await world.paths(world.request(7, "fork")) == ["forked"])
        #expect(try world.scratchIsEmpty)
    }

    @Test func `of a merged pull request, the base before the merge tells`() async throws {
        let world = try World(.git)
        try TestRepositories.shell(
            "cd paths && git push -q ../srv/acme/paths.git main", in: world.repositories.scratch)
        #expect(try await world.paths(world.request(7, "fork2", base: "later")) == ["forked", "forked2"])
        #expect(try await world.paths(world.request(7, "fork2")) == [])
    }

    @Test(arguments: World.Access.allCases)
    func `a commit that is gone can never be told`(access: World.Access) async throws {
        let world = try World(access)
        // Never pushed: what a forced push took away and the host has thrown out.
        let questions = [
            world.push("lost", "later"), world.push("base", "lost"), world.request(7, "lost"),
            world.request(99, "lost"), world.push("0000", "later"),
        ]
        for question in questions {
            let failure = try await world.failure(question)
            #expect(failure.type == .revisionUnavailable, "\(question): \(failure.message)")
        }
        #expect(try world.scratchIsEmpty)
    }

    @Test func `a forced push whose former commit the host still has is told`() async throws {
        let world = try World(.git)
        try TestRepositories.shell(
            "cd paths && git push -q ../srv/acme/paths.git lost && git push -q ../srv/acme/paths.git :lost",
            in: world.repositories.scratch)
        #expect(try await world.paths(world.push("lost", "later")) == ["lost", "later"])
    }

    @Test func `unrelated histories, a target that is gone and hostile names are stated`() async throws {
        let world = try World(.git)
        try TestRepositories.shell(
            """
            mkdir orphan && cd orphan && git init -q -b orphan && echo o > o && git add . && git commit -q -m o
            git push -q ../srv/acme/paths.git orphan && git rev-parse HEAD
            """, in: world.repositories.scratch)
        let orphan = try TestRepositories.shell("git -C orphan rev-parse HEAD", in: world.repositories.scratch)
        let alone = try await world.failure(
            .pullRequest(
                repository: "acme/paths", number: 9, head: orphan.trimmingCharacters(in: .newlines),
                targetBranch: "main"))
        #expect(alone.type == .revisionUnavailable && alone.message.contains("no commit in common"))
        let head = try #require(world.ids["fork2"])
        let gone = try await world.failure(
            .pullRequest(repository: "acme/paths", number: 7, head: head, targetBranch: "nothing"))
        #expect(gone.type == .revisionUnavailable, "\(gone.message)")
        let hostile = try await world.failure(
            .pullRequest(repository: "acme/paths", number: 7, head: head, targetBranch: "--upload-pack=x"))
        #expect(hostile.type == .configurationError)
    }

    @Test func `what may pass is no last word`() async throws {
        let world = try World(.git)
        let unknown = try await world.failure(
            .push(
                repository: "acme/nothing", before: try #require(world.ids["base"]),
                after: try #require(world.ids["later"])))
        #expect(unknown.type == .systemUnavailable && unknown.message.contains("no repository"))
    }

    @Test func `cleaning up removes what a killed gateway left`() async throws {
        let host = try FakeHost()
        defer { host.remove() }
        let left = try host.stateFolder(for: "Git").appending(path: "changed-paths/x")
        try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
        let owner = try host.stateFolder(for: "Git").path(percentEncoded: false) + "#changed-paths"
        let process = try ChildProcess(["/bin/sleep", "600"], environment: [GitEnvironment.marker: owner])
        await ConnectionSourceAction().cleanUp(on: host)
        #expect(process.wait() == 128 + SIGKILL)
        #expect(!FileManager.default.fileExists(atPath: left.path))
    }

    // MARK: The source action

    @Test(arguments: World.Access.allCases)
    func `a pull request's head is fetched, though no branch has it`(access: World.Access) async throws {
        let world = try World(access)
        let said = [
            "PullRequestId": "7", "PullRequestTitle": "Cards", "SourceBranchName": "cards",
            "DestinationBranchName": "main",
        ]
        for head in ["fork2", "fork"] {
            let job = try world.repositories.job(
                ["FullRepositoryId": "acme/paths"], commit: world.ids[head], eventVariables: said)
            let outcome = await ConnectionSourceAction().run(job, on: world.repositories.host)
            let success = try #require(outcome.success, "\(outcome.failure?.message ?? "")")
            #expect(success.revision?.revisionID == world.ids[head])
            #expect(success.variables.filter { said.keys.contains($0.key) } == said)
            #expect(success.variables["BranchName"] == nil && success.variables["CommitId"] == world.ids[head])
        }
        let lost = try world.repositories.job(
            ["FullRepositoryId": "acme/paths"], commit: world.ids["lost"], eventVariables: said)
        let outcome = await ConnectionSourceAction().run(lost, on: world.repositories.host)
        #expect(outcome.failure?.type == .revisionUnavailable, "\(outcome.failure?.message ?? "")")
    }

    @Test func `a push's branch and a tag's name are variables`() async throws {
        let world = try TestRepositories()
        for (said, branch, tag) in [
            (["BranchName": "feature/cards"], "feature/cards", nil), (["TagName": "v1"], "main", "v1"),
            ([:], "main", nil),
        ] as [([String: String], String, String?)] {
            let job = try world.job(commit: world.feature, eventVariables: said)
            let success = try #require(await ConnectionSourceAction().run(job, on: world.host).success)
            #expect(success.variables["BranchName"] == branch)
            #expect(success.variables["TagName"] == tag)
        }
    }
}
