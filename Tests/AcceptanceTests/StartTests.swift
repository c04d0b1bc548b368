import Foundation
import Testing

/// Variables, tokens, revisions, tags and the extras of approvals (execution-semantics §11, §13, §14) through the
/// unmodified AWS CLI.
@Suite(.serialized) struct StartTests {
    @Test func `a token starts once, and with other input it is a conflict`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("tokens", Definition.approval, members: Walk.gateVariable)
        let first = try await walk.start("tokens", "--client-request-token", "one")
        #expect(try await walk.start("tokens", "--client-request-token", "one") == first)
        #expect(
            try await walk.error(
                "start-pipeline-execution", "--name", "tokens", "--client-request-token", "one", Walk.shut[0],
                Walk.shut[1]) == "ConflictException")
        #expect(try await walk.ids("tokens").count == 2)
    }

    @Test func `pipeline variables are required, overridden and shown resolved`() async throws {
        let walk = try await Walk.begin()
        let build = Definition.stage(
            "Build",
            Definition.action(
                "Website", "Build", "CodeBuild",
                [
                    "ProjectName": "website",
                    "EnvironmentVariables":
                        ##"[{"name":"TARGET","value":"#{variables.target}-#{codepipeline.PipelineExecutionId}"}]"##,
                ], inputs: ["Source"], outputs: ["Site"]))
        try await walk.create(
            "variables", build,
            members: ["variables": [["name": "target"], ["name": "color", "defaultValue": "blue"]]])
        // The creation's start has no value for it: a failed execution tells so.
        let first = try await walk.sdk.endOfNewest(of: "variables", count: 1)
        #expect(first["status"] == "Failed" && first["statusSummary"].string?.contains("target") == true)
        #expect(try await walk.error("start-pipeline-execution", "--name", "variables") == "ValidationException")
        #expect(
            try await walk.error(
                "start-pipeline-execution", "--name", "variables", "--variables", "name=none,value=x")
                == "ValidationException")
        let second = try await walk.start("variables", "--variables", "name=target,value=staging")
        #expect(try await walk.sdk.end(of: second, of: "variables") == "Succeeded")
        let shown = try await walk.execution(second, of: "variables")["variables"].items
        #expect(shown.contains { $0["name"] == "target" && $0["resolvedValue"] == "staging" })
        #expect(shown.contains { $0["name"] == "color" && $0["resolvedValue"] == "blue" })
        let rows = try await walk.aws.codepipeline(
            "list-action-executions", "--pipeline-name", "variables", "--filter", "pipelineExecutionId=\(second)")
        let row = rows["actionExecutionDetails"].items.first { $0["actionName"] == "Website" } ?? .null
        let resolved = row["input"]["resolvedConfiguration"]["EnvironmentVariables"].string ?? ""
        #expect(resolved.contains("staging-\(second)"))
    }

    @Test func `a revision override is fetched, and a known revision starts nothing`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("revisions", Definition.approval)
        let first = try #require(try await walk.ids("revisions").first)
        try await walk.entered(first, "Review", of: "revisions")
        let old = try await walk.corridor.git.tip()
        try await walk.corridor.git.commit(["page.txt": "two\n"], message: "Two")
        let second = try await walk.start(
            "revisions", "--source-revisions", "actionName=Repository,revisionType=COMMIT_ID,revisionValue=\(old)")
        try await waiting(until: "the source's revision") {
            let got = try await walk.sdk(
                "GetPipelineExecution",
                ["pipelineName": "revisions", "pipelineExecutionId": .string(second)])
            return got["pipelineExecution"]["artifactRevisions"][0]["revisionId"].string == old
        }
        #expect(
            try await walk.error(
                "start-pipeline-execution", "--name", "revisions", "--source-revisions",
                "actionName=Nobody,revisionType=COMMIT_ID,revisionValue=\(old)") == "ValidationException")
        #expect(
            try await walk.error(
                "start-pipeline-execution", "--name", "revisions", "--source-revisions",
                "actionName=Repository,revisionType=S3_OBJECT_KEY,revisionValue=x.zip") == "ValidationException")
        func put(_ revision: String) async throws -> JSON {
            try await walk.cli([
                "put-action-revision", "--pipeline-name", "revisions", "--stage-name", "Source", "--action-name",
                "Repository", "--action-revision", "revisionId=\(revision),revisionChangeId=1,created=1700000000",
            ])
        }
        let tip = try await walk.corridor.git.tip()
        let new = try await put(tip)
        #expect(new["newRevision"] == true)
        let again = try await put(tip)
        #expect(again["newRevision"] == false)
        #expect(again["pipelineExecutionId"] == new["pipelineExecutionId"])
        let third = try await walk.execution(new["pipelineExecutionId"].string ?? "", of: "revisions")
        #expect(third["trigger"]["triggerType"] == "PutActionRevision")
    }

    @Test func `tags are set, read and taken away`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("tagged", Definition.approval)
        let arn = "arn:aws:codepipeline:us-east-1:000000000000:tagged"
        try await walk.cli(["tag-resource", "--resource-arn", arn, "--tags", "key=team,value=web", "key=tier,value=1"])
        try await walk.cli(["untag-resource", "--resource-arn", arn, "--tag-keys", "tier", "none"])
        let tags = try await walk.aws.codepipeline("list-tags-for-resource", "--resource-arn", arn)["tags"]
        #expect(tags == [["key": "team", "value": "web"]])
        #expect(
            try await walk.error("list-tags-for-resource", "--resource-arn", arn + "-none")
                == "ResourceNotFoundException")
        #expect(
            try await walk.error("tag-resource", "--resource-arn", arn, "--tags", "key=aws:x,value=1")
                == "InvalidTagsException")
    }

    @Test func `two of the named approvers must agree, and the author may not`() async throws {
        let walk = try await Walk.begin()
        let ask = Definition.action(
            "Ask", "Approval", "Manual", ["RequiredApprovals": "2", "ForbidAuthor": "true", "BindToArtifacts": "true"])
        try await walk.create("agreed", Definition.stage("Review", ask))
        let first = try #require(try await walk.ids("agreed").first)
        // The administrator made the pipeline, so the first start is nobody's change; one approval is not enough.
        try await walk.answer("Approved", first, of: "agreed")
        #expect(try await walk.sdk.status(first, of: "agreed") == "InProgress")
        let second = try await walk.start("agreed")
        try await walk.cli([
            "stop-pipeline-execution", "--pipeline-name", "agreed", "--pipeline-execution-id", first, "--abandon",
        ])
        let token = try await walk.token(of: second, in: "agreed")
        let own = try await walk.aws.run(
            "codepipeline", "put-approval-result", "--pipeline-name", "agreed", "--stage-name", "Review",
            "--action-name", "Ask", "--token", token, "--result", "summary=me,status=Approved")
        #expect(own.status != 0 && own.stderr.contains("made the change"), "who started it can't approve it")
    }
}
