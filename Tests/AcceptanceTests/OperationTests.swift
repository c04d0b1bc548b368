import Foundation
import Testing

/// Approval, stop, retry, update, superseding and paging through the unmodified AWS CLI.
@Suite(.serialized) struct OperationTests {
    private let corridor: Corridor
    private let sdk: SDK
    private let aws: AWS

    init() async throws {
        corridor = try await Corridor.open(files: Steps.files)
        let environment = try await corridor.gateway.environment()
        sdk = SDK(environment)
        aws = AWS(environment: environment)
    }

    private func definition(_ name: String, _ stages: JSON...) -> Definition {
        Definition(name, artifacts: corridor.artifacts, stages: [Definition.source] + stages)
    }

    private func answer(_ status: String, token: String, of pipeline: String) async throws {
        try await aws.codepipeline(
            "put-approval-result", "--pipeline-name", pipeline, "--stage-name", "Review", "--action-name", "Ask",
            "--token", token, "--result", "summary=by-a-test,status=\(status)")
    }

    @Test func `an approval lets an execution pass and a rejection fails it`() async throws {
        try await sdk.create(definition("reviewed", Definition.approval))
        let first = try await Steps.approvalToken(sdk, "reviewed")
        try await answer("Approved", token: first, of: "reviewed")
        #expect(try await sdk.endOfNewest(of: "reviewed", count: 1)["status"] == "Succeeded")
        let second = try await sdk.start("reviewed")
        let token = try await Steps.approvalToken(sdk, "reviewed", not: first)
        try await answer("Rejected", token: token, of: "reviewed")
        #expect(try await sdk.end(of: second, of: "reviewed") == "Failed")
    }

    @Test func `a stop waits for the running action, an abandoned one is ended`() async throws {
        try await sdk.create(definition("stopped", Definition.build(buildspec: "buildspec-slow.yml")))
        let first = try await waiting(for: "the execution") {
            try await sdk.executions(of: "stopped").first?["pipelineExecutionId"].string
        }
        try await Steps.buildRuns(corridor.gateway)
        let stop = ["stop-pipeline-execution", "--pipeline-name", "stopped", "--pipeline-execution-id", first]
        #expect(try await aws.run(["codepipeline"] + stop + ["--reason", "by a test"]).status == 0)
        #expect(try await sdk.status(first, of: "stopped") == "Stopping")
        #expect(try await aws.run(["codepipeline"] + stop + ["--abandon"]).status == 0)
        #expect(try await sdk.end(of: first, of: "stopped", upTo: .seconds(10)) == "Stopped")
        let again = try await aws.run(["codepipeline"] + stop + ["--abandon"])
        #expect(again.stderr.contains("PipelineExecutionNotStoppableException"))
        let build = try await sdk.actionState("Website", in: "Build", of: "stopped")
        #expect(build["latestExecution"]["status"] == "Abandoned")
    }

    @Test func `a failed stage runs again on retry, with the action's new attempt`() async throws {
        try await sdk.create(definition("retried", Definition.build(buildspec: "buildspec-fails.yml")))
        let failed = try await sdk.endOfNewest(of: "retried", count: 1)
        let id = failed["pipelineExecutionId"].string ?? ""
        #expect(failed["status"] == "Failed")
        let before = try await sdk.actionState("Website", in: "Build", of: "retried")["latestExecution"]
        #expect(before["errorDetails"]["code"] == "JobFailed")
        try await aws.codepipeline(
            "retry-stage-execution", "--pipeline-name", "retried", "--stage-name", "Build",
            "--pipeline-execution-id", id, "--retry-mode", "FAILED_ACTIONS")
        #expect(try await sdk.end(of: id, of: "retried") == "Failed")
        let after = try await waiting(for: "the second attempt") {
            let latest = try await sdk.actionState("Website", in: "Build", of: "retried")["latestExecution"]
            return latest["actionExecutionId"] == before["actionExecutionId"] ? nil : latest
        }
        #expect(after["status"].string != nil)
        let attempts = try await sdk("ListActionExecutions", ["pipelineName": "retried"])["actionExecutionDetails"]
        #expect(attempts.items.filter { $0["actionName"] == "Website" }.count == 2)
    }

    @Test func `an update cancels what runs once its actions are complete`() async throws {
        try await sdk.create(definition("updated", Definition.build(buildspec: "buildspec-nap.yml")))
        try await Steps.buildRuns(corridor.gateway)
        let file = try corridor.gateway.scratch.write(
            try (["pipeline": definition("updated", Definition.build()).json] as JSON).text, to: "updated.json")
        try await aws.codepipeline("update-pipeline", "--cli-input-json", "file://\(file.path)")
        #expect(try await sdk.endOfNewest(of: "updated", count: 1)["status"] == "Cancelled")
        #expect(
            try await sdk.actionState("Website", in: "Build", of: "updated")["latestExecution"]["status"]
                == "Succeeded")
        let next = try await sdk.start("updated")
        #expect(try await sdk.end(of: next, of: "updated") == "Succeeded")
    }

    @Test func `the newest push supersedes those that wait`() async throws {
        try await sdk.create(definition("superseded", Definition.approval, Definition.build()))
        let token = try await Steps.approvalToken(sdk, "superseded")
        let hook = try await corridor.hook()
        for round in 1...2 {
            let commit = try await corridor.git.commit(["page.txt": "\(round)\n"], message: "Push \(round)")
            #expect(try await Payload(commit: commit).post(to: hook).status == 202)
            // Waits before the approval, which the first execution holds.
            try await waiting(until: "push \(round) at the entrance") {
                let state = try await sdk("GetPipelineState", ["name": "superseded"])
                let newest = try await sdk.executions(of: "superseded").first?["pipelineExecutionId"]
                let entrance = state["stageStates"][1]["inboundExecution"]["pipelineExecutionId"]
                return entrance.string != nil && entrance == newest
            }
        }
        #expect(
            try await sdk.executions(of: "superseded").compactMap(\.["status"].string)
                == ["InProgress", "Superseded", "InProgress"])
        try await answer("Approved", token: token, of: "superseded")
        let next = try await Steps.approvalToken(sdk, "superseded", not: token)
        try await answer("Approved", token: next, of: "superseded")
        _ = try await sdk.endOfNewest(of: "superseded", count: 3)
        #expect(
            try await sdk.executions(of: "superseded").compactMap(\.["status"].string)
                == ["Succeeded", "Superseded", "Succeeded"])
    }

    @Test func `lists come in pages`() async throws {
        for name in ["page-a", "page-b", "page-c"] { try await sdk.create(definition(name, Definition.approval)) }
        let first = try await aws.codepipeline("list-pipelines", "--page-size", "1", "--max-items", "2")
        #expect(first["pipelines"].items.compactMap(\.["name"].string) == ["page-a", "page-b"])
        let token = try #require(first["NextToken"].string)
        let rest = try await aws.codepipeline(
            "list-pipelines", "--page-size", "1", "--max-items", "2", "--starting-token", token)
        #expect(rest["pipelines"].items.compactMap(\.["name"].string) == ["page-c"])
        for _ in 1...4 { _ = try await sdk.start("page-a") }
        let all = try await sdk.executions(of: "page-a").compactMap(\.["pipelineExecutionId"].string)
        let paged = try await aws.codepipeline(
            "list-pipeline-executions", "--pipeline-name", "page-a", "--page-size", "2")
        #expect(all.count == 5)
        #expect(paged["pipelineExecutionSummaries"].items.compactMap(\.["pipelineExecutionId"].string) == all)
    }
}
