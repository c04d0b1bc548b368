import Foundation
import Testing

/// V2 triggers (triggers-and-webhooks A1): signed deliveries against the filters of a pipeline made with the SDK.
@Suite(.serialized) struct TriggerTests {
    private static func triggers(_ configuration: JSON) -> JSON {
        var git = configuration
        git["sourceActionName"] = "Repository"
        return ["triggers": [["providerType": "CodeStarSourceConnection", "gitConfiguration": git]]]
    }

    /// What the newest delivery's journal entry says of the pipeline, once it is more than a question.
    private func decision(_ walk: Walk, on pipeline: String) async throws -> JSON {
        try await waiting(for: "the decision on \(pipeline)") {
            let entry = try #require(try await walk.corridor.gateway.journal().first)
            let decision = entry["decisions"].items.first { $0["pipeline"].string == pipeline } ?? .null
            let isOpen = decision["reason"].string?.contains("asked") == true
            return decision == .null || isOpen ? nil : decision
        }
    }

    @Test func `file paths that the payload does not hold are asked of the repository`() async throws {
        let walk = try await Walk.begin()
        let first = try await walk.corridor.git.tip()
        try await walk.create(
            "paths", Definition.approval,
            members: Self.triggers([
                "push": [["branches": ["includes": ["main"]], "filePaths": ["includes": ["docs/**"]]]]
            ]))
        let hook = try await walk.corridor.hook()
        let second = try await walk.corridor.git.commit(["src/main.c": "int x;\n"], message: "Code")
        #expect(try await Payload(forced: first, to: second).post(to: hook).status == 202)
        let miss = try await decision(walk, on: "paths")
        #expect(miss["started"] == .null)
        #expect(miss["reason"].string?.contains("1 changed path") == true, "\(miss)")
        let third = try await walk.corridor.git.commit(["docs/a/b.md": "b\n"], message: "Docs")
        #expect(try await Payload(forced: second, to: third).post(to: hook).status == 202)
        let hit = try await decision(walk, on: "paths")
        let id = try #require(hit["started"].string, "\(hit)")
        let execution = try await walk.execution(id, of: "paths")
        #expect(execution["trigger"]["triggerType"] == "WebhookV2")
        #expect(execution["trigger"]["triggerDetail"].string?.contains(third) == true)
    }

    @Test func `branches and tags are matched by their patterns, and a miss names its filter`() async throws {
        let walk = try await Walk.begin()
        try await walk.create(
            "branches", Definition.approval,
            members: Self.triggers([
                "push": [
                    ["branches": ["includes": ["release/**"], "excludes": ["release/old"]]],
                    ["tags": ["includes": ["v*"]]],
                ]
            ]))
        let hook = try await walk.corridor.hook()
        let commit = try await walk.corridor.git.tip()
        for branch in ["main", "release/old"] {
            #expect(try await Payload(commit: commit, branch: branch).post(to: hook).status == 202)
            let miss = try await decision(walk, on: "branches")
            #expect(miss["started"] == .null && miss["reason"].string?.contains(branch) == true, "\(miss)")
        }
        #expect(try await Payload(commit: commit, branch: "release/1.2/hotfix").post(to: hook).status == 202)
        #expect(try await decision(walk, on: "branches")["started"].string != nil)
    }

    @Test func `a pull request starts at its head commit, with its variables`() async throws {
        let walk = try await Walk.begin()
        var source = Definition.source
        source["actions"] = .array(
            source["actions"].items.map { action in
                var action = action
                action["namespace"] = "change"
                return action
            })
        var declaration = walk.declaration(
            "pulls", mode: "SUPERSEDED", [Definition.approval],
            members: Self.triggers([
                "pullRequest": [["events": ["OPEN"], "branches": ["includes": ["main"]]]]
            ]))
        declaration["stages"] = .array([source, Definition.approval])
        try await walk.sdk("CreatePipeline", ["pipeline": declaration])
        let hook = try await walk.corridor.hook()
        let head = try await walk.corridor.git.tip()
        #expect(try await Payload(pullRequest: "opened", head: head).post(to: hook).status == 202)
        let id = try #require(try await decision(walk, on: "pulls")["started"].string)
        let variables: JSON = try await waiting(for: "the source's variables") {
            let rows = try await walk.sdk(
                "ListActionExecutions",
                ["pipelineName": "pulls", "filter": ["pipelineExecutionId": .string(id)]])
            let row = rows["actionExecutionDetails"].items.first {
                $0["actionName"] == "Repository" && $0["status"] == "Succeeded"
            }
            return row?["output"]["outputVariables"]
        }
        #expect(variables["CommitId"].string == head)
        #expect(variables["DestinationBranchName"] == "main" && variables["PullRequestId"].string != nil)
        #expect(variables["BranchName"] == .null)
        #expect(try await Payload(pullRequest: "closed", head: head).post(to: hook).status == 202)
        let miss = try await decision(walk, on: "pulls")
        #expect(miss["started"] == .null && miss["reason"].string?.contains("CLOSED") == true, "\(miss)")
    }
}
