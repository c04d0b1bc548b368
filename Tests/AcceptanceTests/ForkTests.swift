import Foundation
import Testing

/// A pull request from a fork, told by GitHub: what it leads to never sees a secret, and builds by `main`'s buildspecs.
@Suite(.serialized) struct ForkTests {
    private static let secret = "hunter22-of-the-project"
    private static let extra = """
        projects:
          website:
            buildspec: ci/other.yml
            environment: {DEPLOY_KEY: \(secret)}
        """
    private static let files = [
        "ci/other.yml": Steps.buildspec("mkdir -p site", "cp page.txt site/", "echo ours=$DEPLOY_KEY")
    ]
    /// The fork's: the change, and build instructions to look at secrets with.
    private static let theirs = [
        "page.txt": "their page\n",
        "ci/other.yml": Steps.buildspec("mkdir -p site", "cp page.txt site/", "echo theirs=$DEPLOY_KEY"),
    ]

    /// All that builds of the pipeline have written so far.
    private func logs(_ walk: Walk) throws -> String {
        try walk.corridor.gateway.files().filter { $0.hasPrefix("logs/") && $0.contains("Website") }
            .map { try String(contentsOf: walk.corridor.gateway.data.appending(path: $0), encoding: .utf8) }
            .joined()
    }

    private func ends(_ walk: Walk, _ count: Int, of pipeline: String) async throws -> JSON {
        let newest = try await walk.sdk.endOfNewest(of: pipeline, count: count)
        let log = try logs(walk)
        #expect(newest["status"] == "Succeeded", "\(pipeline): \(log)")
        return newest
    }

    @Test func `neither the pipeline that it invokes nor a rollback to it sees a secret`() async throws {
        let walk = try await Walk.begin(extra: Self.extra)
        try await walk.corridor.git.commit(Self.files, message: "Build")
        try await walk.create("down", Definition.build())
        _ = try await ends(walk, 1, of: "down")
        #expect(try logs(walk).contains("ours=\(Self.secret)"))
        // From here on nothing but the fork's executions runs.
        var source = Definition.source
        source["actions"] = .array(
            source["actions"].items.map { action in
                var action = action
                action["namespace"] = "change"
                return action
            })
        let invoke = Definition.stage(
            "Go",
            Definition.action(
                "Next", "Invoke", "CodePipeline",
                [
                    "PipelineName": "down",
                    "SourceRevisions":
                        .string(
                            ##"[{"actionName":"Repository","revisionType":"COMMIT_ID","##
                                + ##""revisionValue":"#{change.CommitId}"}]"##),
                ]))
        var up = walk.declaration(
            "up", mode: "SUPERSEDED", [],
            members: [
                "triggers": [
                    [
                        "providerType": "CodeStarSourceConnection",
                        "gitConfiguration": [
                            "sourceActionName": "Repository",
                            "pullRequest": [["events": ["OPEN"], "branches": ["includes": ["main"]]]],
                        ],
                    ]
                ]
            ])
        up["stages"] = .array([source, Definition.build(), invoke])
        try await walk.sdk("CreatePipeline", ["pipeline": up])
        _ = try await ends(walk, 1, of: "up")
        _ = try await ends(walk, 2, of: "down")
        let before = try logs(walk).count(of: Self.secret)
        let head = try await walk.corridor.git.propose(Self.theirs, as: 418)
        let hook = try await walk.corridor.hook()
        let payload = try Payload(pullRequest: "opened", head: head, from: "stranger/storefront")
        #expect(try await payload.post(to: hook).status == 202)
        let fork = try #require(try await ends(walk, 2, of: "up")["pipelineExecutionId"].string)
        _ = try await ends(walk, 3, of: "down")
        let rollback = try await walk.cli([
            "rollback-stage", "--pipeline-name", "up", "--stage-name", "Build", "--target-pipeline-execution-id", fork,
        ])
        let id = try #require(rollback["pipelineExecutionId"].string)
        #expect(try await walk.sdk.end(of: id, of: "up") == "Succeeded")
        let log = try logs(walk)
        #expect(log.count(of: Self.secret) == before && !log.contains("theirs="), "\(log)")
        // The fork's own build, that of the invoked pipeline, and that of the rollback.
        #expect(log.count(of: "DEPLOY_KEY is withheld") == 3)
    }
}

extension String {
    fileprivate func count(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
