import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitPlugin

/// Against real repositories, over files.
@Suite struct ForkProtectionTests {
    /// `main` has a buildspec, and the branch `fork` has another, a second one, and a change of its own.
    private static func world() throws -> (TestRepositories, head: String) {
        let world = try TestRepositories()
        let script = #"""
            cd work && git checkout -q main
            printf 'version: 0.2 # ours\n' > buildspec.yml && mkdir ci && printf 'ours\n' > 'ci/[o]ther.yml'
            git add . && git commit -q -m 'Build'
            git checkout -q -b fork
            printf 'version: 0.2 # theirs\n' > buildspec.yml && mkdir -p ci
            printf 'theirs\n' > ci/buildspec-extra.yml && printf 'theirs\n' > 'ci/[o]ther.yml'
            printf 'theirs\n' > ci/other.yml && printf 'theirs\n' > README && git add .
            git commit -q -m 'Theirs' && git rev-parse HEAD
            git push -q ../srv/acme/storefront.git main fork
            """#
        let output = try TestRepositories.shell(script, in: world.scratch)
        return (world, String(output.split(separator: "\n")[0]))
    }

    private static func variables(fork: Bool) -> [String: String] {
        var variables = ["PullRequestId": "7", "SourceBranchName": "fork", "DestinationBranchName": "main"]
        if fork { variables[PipelineExecution.forkMark] = "true" }
        return variables
    }

    private static func text(_ path: String, in job: ActionJob) -> String? {
        try? String(contentsOf: job.outputs[0].folder.appending(path: path), encoding: .utf8)
    }

    @Test func `a fork's build instructions are the target branch's, the rest is its own`() async throws {
        let (world, head) = try Self.world()
        let job = try world.job(commit: head, eventVariables: Self.variables(fork: true))
        let success = try #require(await ConnectionSourceAction().run(job, on: world.host).success)
        #expect(success.revision?.revisionID == head)
        #expect(Self.text("buildspec.yml", in: job) == "version: 0.2 # ours\n")
        #expect(Self.text("ci/buildspec-extra.yml", in: job) == nil, "a build instruction that only the fork has")
        #expect(Self.text("README", in: job) == "theirs\n")
        #expect(success.variables[PipelineExecution.forkMark] == nil)
        #expect(world.host.recorded.lines.contains { $0.contains("1 protected files are taken from branch main") })
    }

    @Test func `a pull request of the repository itself brings its own`() async throws {
        let (world, head) = try Self.world()
        let job = try world.job(commit: head, eventVariables: Self.variables(fork: false))
        _ = try #require(await ConnectionSourceAction().run(job, on: world.host).success)
        #expect(Self.text("buildspec.yml", in: job) == "version: 0.2 # theirs\n")
        #expect(Self.text("ci/buildspec-extra.yml", in: job) == "theirs\n")
    }

    @Test func `a target branch that is gone fails the source: nothing of the fork is run`() async throws {
        let (world, head) = try Self.world()
        var variables = Self.variables(fork: true)
        variables["DestinationBranchName"] = "gone"
        let job = try world.job(commit: head, eventVariables: variables)
        let failure = try #require(await ConnectionSourceAction().run(job, on: world.host).failure)
        #expect(failure.type == .revisionUnavailable && failure.message.contains("'gone'"))
    }

    private static let projects: SettingValue = .map([
        "projects": .map([
            "web": .map(["buildspec": .string("./ci//[o]ther.yml")]), "inline": .map(["buildspec": .string("a: 1\n")]),
            "usual": .map([:]),
        ])
    ])

    @Test func `a buildspec that a project names is the target branch's too`() async throws {
        let (world, head) = try Self.world()
        for case .action(let action) in try Git(settings: Self.projects).contributions {
            // Another pipeline's pull request led here: its number is of no use.
            let facts = [PipelineExecution.forkMark: "true", PipelineExecution.forkTarget: "main"]
            let own = ["Owner": "acme", "Repo": "storefront", "Branch": "main", "OAuthToken": "t0ken"]
            let job = try world.job(own, commit: head, provider: action, eventVariables: facts)
            let success = try #require(await action.run(job, on: world.host).success)
            #expect(Self.text("ci/[o]ther.yml", in: job) == "ours\n", "\(action.type.id)")
            #expect(Self.text("buildspec.yml", in: job) == "version: 0.2 # ours\n")
            #expect(Self.text("ci/other.yml", in: job) == "theirs\n", "no project names it")
            let globs = ForkProtection.usual.split(separator: " ").map(String.init) + [#"ci/\[o\]ther.yml"#]
            #expect(success.protectedPaths == globs)
        }
    }

    @Test func `where nobody says the target branch, the source's own protects`() async throws {
        let (world, head) = try Self.world()
        let job = try world.job(commit: head, eventVariables: [PipelineExecution.forkMark: "true"])
        _ = try #require(await ConnectionSourceAction().run(job, on: world.host).success)
        #expect(Self.text("buildspec.yml", in: job) == "version: 0.2 # ours\n")
    }

    @Test func `what lies in the way of a protected file goes`() async throws {
        let world = try TestRepositories()
        let script = #"""
            cd work && git checkout -q main && mkdir ci && printf 'ours\n' > buildspec.yml
            cp buildspec.yml ci/buildspec.yml && git add . && git commit -q -m 'Build'
            git checkout -q -b fork && git rm -q -r buildspec.yml ci && mkdir buildspec.yml evil
            printf 'theirs\n' > buildspec.yml/x && printf 'theirs\n' > evil/other.yml && ln -s evil ci
            git add . && git commit -q -m 'Theirs' && git rev-parse HEAD
            git push -q ../srv/acme/storefront.git main fork
            """#
        let head = String(try TestRepositories.shell(script, in: world.scratch).split(separator: "\n")[0])
        let job = try world.job(commit: head, eventVariables: Self.variables(fork: true))
        let outcome = await ConnectionSourceAction().run(job, on: world.host)
        #expect(outcome.failure == nil)
        #expect(Self.text("buildspec.yml", in: job) == "ours\n" && Self.text("ci/buildspec.yml", in: job) == "ours\n")
    }
}
