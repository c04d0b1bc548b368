import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitPlugin

/// Against real repositories, over files.
@Suite struct SourceActionTests {
    @Test func `the newest commit of the branch is fetched, with its facts`() async throws {
        let world = try TestRepositories()
        let job = try world.job()
        let success = try #require(await ConnectionSourceAction().run(job, on: world.host).success)

        let folder = job.outputs[0].folder
        #expect(success.outputs == ["App": .directory(folder)])
        #expect(try String(contentsOf: folder.appending(path: "README"), encoding: .utf8) == "three\n")
        let message = "Checkout: round — per line\n\nThe \"body\" of it."
        #expect(
            success.variables == [
                "AuthorDate": "2026-02-11T11:39:51Z", "AuthorDisplayName": "Zoë Brandt",
                "AuthorEmail": "1234+zoe@users.noreply.github.com", "AuthorId": "1234", "BranchName": "main",
                "CommitId": world.tip, "CommitMessage": message, "ConnectionArn": TestRepositories.arn,
                "FullRepositoryName": "acme/storefront", "ProviderType": "GitHub",
            ])
        #expect(
            success.revision
                == SourceRevision(
                    actionName: "Action", revisionID: world.tip, summary: message,
                    created: ISO8601DateFormatter().date(from: "2026-02-11T11:40:00Z")!.timeIntervalSince1970))
        #expect(success.progress.externalExecutionID == world.tip)
        #expect(success.progress.summary == message)
    }

    @Test func `version 1's action has its own variables and the settled connection's base`() async throws {
        let world = try TestRepositories()
        let action = GitHubSourceAction(connectionName: "github")
        let job = try world.job(
            ["Owner": "acme", "Repo": "storefront", "Branch": "feature/cards", "OAuthToken": "t0ken"], provider: action)
        let success = try #require(await action.run(job, on: world.host).success)
        #expect(
            success.variables == [
                "AuthorDate": "2026-02-11T11:39:51Z", "BranchName": "feature/cards", "CommitId": world.feature,
                "CommitMessage": "Cards", "CommitterDate": "2026-02-11T11:40:00Z", "RepositoryName": "storefront",
            ])
        #expect(world.host.recorded.masked.contains("t0ken"))
    }

    @Test func `modes, symlinks and bytes are the commit's, and nothing of Git is left`() async throws {
        let world = try TestRepositories()
        let job = try world.job(commit: world.first)
        let success = try #require(await ConnectionSourceAction().run(job, on: world.host).success)
        #expect(success.revision?.revisionID == world.first)

        let folder = job.outputs[0].folder.path
        let listing = try TestRepositories.shell("find . ! -type l -printf '%P %m\n' | sort", in: job.outputs[0].folder)
        #expect(
            listing == """
                 755
                .gitattributes 644
                README 644
                bin 755
                bin/run 755
                notes.txt 644
                version.id 644

                """)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/bin/link") == "../README")
        #expect(try String(contentsOfFile: "\(folder)/notes.txt", encoding: .utf8) == "a\nb\n")
        #expect(try String(contentsOfFile: "\(folder)/version.id", encoding: .utf8) == "$Id$\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: job.workspace.path) == ["outputs"])
    }

    @Test func `a submodule's folder is there and empty`() async throws {
        let world = try TestRepositories()
        let job = try world.job()
        _ = try #require(await ConnectionSourceAction().run(job, on: world.host).success)
        let module = job.outputs[0].folder.appending(path: "vendor/lib").path
        #expect(try FileManager.default.contentsOfDirectory(atPath: module).isEmpty)
    }

    @Test func `neither hooks nor filters run`() async throws {
        let world = try TestRepositories()
        _ = try #require(await ConnectionSourceAction().run(try world.job(), on: world.host).success)
        let ran = try FileManager.default.contentsOfDirectory(atPath: world.scratch.path).filter {
            $0.hasSuffix("-ran")
        }
        #expect(ran.isEmpty)
    }

    @Test func `a commit of another branch, and a tag's object, are found by their ids`() async throws {
        let world = try TestRepositories()
        let feature = await ConnectionSourceAction().run(try world.job(commit: world.feature), on: world.host)
        #expect(feature.success?.revision?.revisionID == world.feature)

        let repository = world.folder.appending(path: "acme/storefront.git")
        let tag = try TestRepositories.shell("git rev-parse v1", in: repository).trimmingCharacters(in: .newlines)
        let tagged = await ConnectionSourceAction().run(try world.job(commit: tag), on: world.host)
        #expect(tagged.success?.revision?.revisionID == world.tip)
    }

    @Test func `the same job run again gives the same commit`() async throws {
        let world = try TestRepositories()
        let job = try world.job(commit: world.first)
        let first = await ConnectionSourceAction().run(job, on: world.host)
        let again = try world.host.job(
            job.type, configuration: job.configuration, outputs: ["App"], revision: job.revision, id: job.id)
        let second = await ConnectionSourceAction().run(again, on: world.host)
        #expect(first.success?.revision == second.success?.revision)
    }

    struct Refusal: Sendable {
        let changes: [String: String]
        var commit: String?
        let type: FailureDetails.Kind
        let words: String
    }

    static let refusals: [Refusal] = [
        Refusal(
            changes: ["BranchName": "gone"], type: .configurationError,
            words: "[GitHub] No Branch [gone] found for FullRepositoryName [acme/storefront]"),
        Refusal(
            changes: ["BranchName": "$(touch${IFS}hostile-ran)"], type: .configurationError, words: "No Branch [$(touch"
        ),
        Refusal(
            changes: [:], commit: String(repeating: "12", count: 20), type: .revisionUnavailable,
            words: "is not in the repository 'acme/storefront'"),
        Refusal(changes: [:], commit: "main", type: .configurationError, words: "no full commit id"),
        Refusal(
            changes: [:], commit: String(repeating: "0", count: 40), type: .configurationError, words: "no full commit"),
        Refusal(
            changes: ["FullRepositoryId": "acme/nothing"], type: .configurationError,
            words: "there is no repository 'acme/nothing'"),
        Refusal(
            changes: ["BranchName": ""], type: .configurationError, words: "needs the configuration key 'BranchName'"),
        Refusal(
            changes: ["ConnectionArn": "arn:aws:codeconnections:eu-west-1:0:connection/x"], type: .configurationError,
            words: "no connection 'arn:aws:codeconnections:eu-west-1:0:connection/x'; declare it under connections:"),
        Refusal(
            changes: ["OutputArtifactFormat": "CODEBUILD_CLONE_REF"], type: .configurationError, words: "not available"),
        Refusal(changes: ["OutputArtifactFormat": "TAR"], type: .configurationError, words: "'TAR' is unknown"),
    ]

    @Test(arguments: refusals.indices)
    func `what can't be fetched fails with its place and a remedy`(index: Int) async throws {
        let refusal = Self.refusals[index]
        let world = try TestRepositories()
        let job = try world.job(refusal.changes, commit: refusal.commit)
        let failure = try #require(await ConnectionSourceAction().run(job, on: world.host).failure)
        #expect(failure.type == refusal.type, "\(failure.message)")
        #expect(failure.message.contains(refusal.words), "\(failure.message)")
        #expect(!FileManager.default.fileExists(atPath: job.workspace.appending(path: "git-fetch").path))
        #expect(try TestRepositories.shell("find . -name hostile-ran", in: world.scratch).isEmpty)
    }

    @Test func `an action without an output artifact, or with another kind of revision, is told so`() async throws {
        let world = try TestRepositories()
        let given = try world.job()
        let bare = try world.host.job(given.type, configuration: given.configuration)
        #expect(await ConnectionSourceAction().run(bare, on: world.host).failure?.type == .configurationError)
        let object = SourceRevisionOverride(actionName: "Action", revisionType: .s3ObjectKey, revisionValue: world.tip)
        let odd = try world.host.job(
            given.type, configuration: given.configuration, outputs: ["App"], revision: object)
        #expect(await ConnectionSourceAction().run(odd, on: world.host).failure?.type == .configurationError)
    }

    @Test func `a commit of more than 1 GB is refused before anything is written`() async throws {
        let world = try TestRepositories()
        // One blob of 64 MiB of zeros under many names: small to make and to fetch, large to write.
        let commit = try TestRepositories.shell(
            #"""
            cd srv/acme/storefront.git
            blob=$(head -c 67108864 /dev/zero | git hash-object -w --stdin)
            tree=$(for i in $(seq 17); do printf '100644 blob %s\tfile%s\n' $blob $i; done | git mktree)
            commit=$(git commit-tree -m big $tree) && git update-ref refs/heads/big $commit && echo $commit
            """#, in: world.scratch)
        let job = try world.job(commit: commit.trimmingCharacters(in: .newlines))
        let failure = try #require(await ConnectionSourceAction().run(job, on: world.host).failure)
        #expect(failure.type == .jobFailed)
        #expect(failure.message.contains("more than 1 GB"), "\(failure.message)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: job.outputs[0].folder.path).isEmpty)
    }

    @Test func `a repository with SHA-256 ids is read by its commit's id`() async throws {
        let world = try TestRepositories()
        let commit = try TestRepositories.shell(
            #"""
            git init -q --object-format=sha256 -b main long && cd long
            echo long > README && git add . && git commit -q -m Long && git rev-parse HEAD
            cd .. && git clone -q --bare long srv/acme/long.git
            """#, in: world.scratch
        ).trimmingCharacters(in: .newlines)
        let job = try world.job(["FullRepositoryId": "acme/long"], commit: commit)
        #expect(await ConnectionSourceAction().run(job, on: world.host).success?.revision?.revisionID == commit)
    }

    @Test func `the types say what the API checks declarations by`() throws {
        let types = try Git(settings: .null).contributions.compactMap { contribution -> ActionTypeDescription? in
            guard case .action(let provider) = contribution else { return nil }
            return provider.type
        }
        #expect(types.map(\.id.description) == ["AWS/Source/CodeStarSourceConnection/1", "ThirdParty/Source/GitHub/1"])
        #expect(types.allSatisfy { $0.inputArtifacts == 0...0 && $0.outputArtifacts == 1...1 && $0.timeout == 3600 })
        #expect(
            types[0].configuration.filter(\.required).map(\.name) == [
                "ConnectionArn", "FullRepositoryId", "BranchName",
            ])
        #expect(types[1].configuration.filter(\.required).map(\.name) == ["Owner", "Repo", "Branch", "OAuthToken"])
        #expect(types[1].configuration.filter(\.secret).map(\.name) == ["OAuthToken"])
    }

    @Test func `settings with a slip are refused with their place`() {
        #expect(throws: SettingsError.self) { try Git(settings: .map(["v1_conection": .string("x")])) }
        #expect(throws: SettingsError.self) { try Git(settings: .map(["v1_connection": .string("")])) }
        #expect(throws: SettingsError.self) { try Git(settings: .map(["v1_connection": .integer(1)])) }
    }
}
