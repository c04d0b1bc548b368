import Foundation
import Testing

/// The tables of execution-semantics §8 and §9 through the unmodified AWS CLI.
@Suite(.serialized) struct RollbackTests {
    private func rollback(_ pipeline: String, _ stage: String, _ target: String) -> [String] {
        [
            "rollback-stage", "--pipeline-name", pipeline, "--stage-name", stage, "--target-pipeline-execution-id",
            target,
        ]
    }

    @Test func `a stage goes back to an execution that succeeded in it`() async throws {
        let walk = try await Walk.begin()
        let declaration = try await walk.create("back", Definition.approval, Definition.build())
        let first = try #require(try await walk.ids("back").first)
        try await walk.answer("Approved", first, of: "back")
        #expect(try await walk.sdk.end(of: first, of: "back") == "Succeeded")
        try await walk.corridor.git.commit(["page.txt": "newer\n"], message: "Newer")
        let second = try await walk.start("back")
        try await walk.answer("Approved", second, of: "back")
        #expect(try await walk.sdk.end(of: second, of: "back") == "Succeeded")
        // The candidates.
        let candidates = try await walk.aws.codepipeline(
            "list-pipeline-executions", "--pipeline-name", "back", "--filter", "succeededInStage={stageName=Build}")
        #expect(
            candidates["pipelineExecutionSummaries"].items.compactMap(\.["pipelineExecutionId"].string)
                == [second, first])
        let output = try await walk.cli(rollback("back", "Build", first))
        let id = try #require(output["pipelineExecutionId"].string)
        #expect(try await walk.sdk.end(of: id, of: "back") == "Succeeded")
        let execution = try await walk.execution(id, of: "back")
        #expect(execution["executionType"] == "ROLLBACK")
        #expect(execution["rollbackMetadata"]["rollbackTargetPipelineExecutionId"].string == first)
        #expect(execution["trigger"]["triggerType"] == "ManualRollback")
        let old = try await walk.execution(first, of: "back")["artifactRevisions"][0]["revisionId"]
        #expect(execution["artifactRevisions"][0]["revisionId"] == old)
        #expect(try await walk.stage("Build", of: "back")["latestExecution"]["type"] == "ROLLBACK")
        // Only the stage ran.
        let rows = try await walk.sdk(
            "ListActionExecutions", ["pipelineName": "back", "filter": ["pipelineExecutionId": .string(id)]])
        #expect(rows["actionExecutionDetails"].items.compactMap(\.["stageName"].string) == ["Build"])
        // The refusals.
        func error(_ stage: String, _ target: String) async throws -> String {
            let arguments = rollback("back", stage, target)
            let output = try await walk.aws.run(["codepipeline"] + arguments)
            return output.stderr
        }
        #expect(try await error("Build", id).contains("UnableToRollbackStageException"))
        #expect(try await error("Source", first).contains("UnableToRollbackStageException"))
        #expect(try await error("Nowhere", first).contains("StageNotFoundException"))
        let nobody = "00000000-0000-4000-8000-000000000000"
        #expect(try await error("Build", nobody).contains("PipelineExecutionNotFoundException"))
        try await walk.update(declaration)
        #expect(try await error("Build", first).contains("PipelineExecutionOutdatedException"))
    }

    @Test func `a failure rolls its stage back by itself, once`() async throws {
        let walk = try await Walk.begin()
        var stage = Definition.approval
        stage["onFailure"] = ["result": "ROLLBACK"]
        try await walk.create("self", stage)
        let first = try #require(try await walk.ids("self").first)
        try await walk.answer("Approved", first, of: "self")
        #expect(try await walk.sdk.end(of: first, of: "self") == "Succeeded")
        let second = try await walk.start("self")
        try await walk.answer("Rejected", second, of: "self")
        #expect(try await walk.sdk.end(of: second, of: "self") == "Failed")
        let third = try #require(try await walk.ids("self").last)
        #expect(third != second)
        let rollback = try await walk.execution(third, of: "self")
        #expect(rollback["trigger"]["triggerType"] == "AutomatedRollback")
        #expect(rollback["trigger"]["triggerDetail"].string == #"{"FailedPipelineExecutionId":"\#(second)"}"#)
        #expect(rollback["rollbackMetadata"]["rollbackTargetPipelineExecutionId"].string == first)
        try await walk.answer("Rejected", third, of: "self")
        #expect(try await walk.sdk.end(of: third, of: "self") == "Failed")
        #expect(try await walk.ids("self").count == 3, "a rollback that fails is not rolled back")
    }

    @Test func `a failed stage is tried again by itself, once`() async throws {
        let walk = try await Walk.begin()
        var stage = Definition.approval
        stage["onFailure"] = ["result": "RETRY", "retryConfiguration": ["retryMode": "ALL_ACTIONS"]]
        try await walk.create("again", stage)
        let id = try #require(try await walk.ids("again").first)
        let token = try await walk.token(of: id, in: "again")
        try await walk.answer("Rejected", id, of: "again")
        try await walk.answer("Rejected", id, of: "again", not: token)
        #expect(try await walk.sdk.end(of: id, of: "again") == "Failed")
        let retry = try await walk.stage("Review", of: "again")["retryStageMetadata"]
        #expect(retry["autoStageRetryAttempt"] == 1)
        #expect(retry["latestRetryTrigger"] == "AutomatedStageRetry")
        try await walk.cli([
            "retry-stage-execution", "--pipeline-name", "again", "--stage-name", "Review",
            "--pipeline-execution-id", id, "--retry-mode", "ALL_ACTIONS",
        ])
        try await walk.answer("Approved", id, of: "again")
        #expect(try await walk.sdk.end(of: id, of: "again") == "Succeeded")
        let manual = try await walk.stage("Review", of: "again")["retryStageMetadata"]
        #expect(manual["manualStageRetryAttempt"] == 1)
        #expect(manual["latestRetryTrigger"] == "ManualStageRetry")
        #expect(
            try await walk.error(
                "retry-stage-execution", "--pipeline-name", "again", "--stage-name", "Review",
                "--pipeline-execution-id", id, "--retry-mode", "ALL_ACTIONS") == "StageNotRetryableException")
    }
}
