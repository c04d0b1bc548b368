import Foundation
import Testing

/// The tables of execution-semantics §4 and §5 through the unmodified AWS CLI.
@Suite(.serialized) struct ExecutionModeTests {
    @Test func `QUEUED executions enter a stage in the order in which they reached it`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("queued", mode: "QUEUED", Definition.approval)
        let first = try #require(try await walk.ids("queued").first)
        try await walk.entered(first, "Review", of: "queued")
        let second = try await walk.start("queued")
        try await walk.inbound([second], "Review", of: "queued")
        let third = try await walk.start("queued")
        try await walk.inbound([second, third], "Review", of: "queued")
        let stage = try await walk.stage("Review", of: "queued")
        #expect(stage["inboundExecution"]["pipelineExecutionId"].string == second, "the one that enters next")
        #expect(stage["inboundExecutions"].items.count == 2)
        // Who waits goes straight to Stopped, and can't be retried.
        try await walk.cli([
            "stop-pipeline-execution", "--pipeline-name", "queued", "--pipeline-execution-id", second,
        ])
        #expect(try await walk.sdk.end(of: second, of: "queued") == "Stopped")
        let error = try await walk.error(
            "retry-stage-execution", "--pipeline-name", "queued", "--stage-name", "Review",
            "--pipeline-execution-id", second, "--retry-mode", "FAILED_ACTIONS")
        #expect(error == "NotLatestPipelineExecutionException")
        // A failure lets the next one in at once: the failed one has lost its place.
        try await walk.answer("Rejected", first, of: "queued")
        try await walk.entered(third, "Review", of: "queued")
        #expect(try await walk.sdk.status(first, of: "queued") == "Failed")
        let late = try await walk.error(
            "retry-stage-execution", "--pipeline-name", "queued", "--stage-name", "Review",
            "--pipeline-execution-id", first, "--retry-mode", "FAILED_ACTIONS")
        #expect(late == "NotLatestPipelineExecutionException")
        try await walk.answer("Approved", third, of: "queued")
        #expect(try await walk.sdk.end(of: third, of: "queued") == "Succeeded")
    }

    @Test func `PARALLEL executions run side by side and have no state`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("parallel", mode: "PARALLEL", Definition.approval)
        let first = try #require(try await walk.ids("parallel").first)
        let second = try await walk.start("parallel")
        for id in [first, second] { _ = try await walk.token(of: id, in: "parallel") }
        let stage = try await walk.stage("Review", of: "parallel")
        #expect(stage["latestExecution"] == .null && stage["inboundExecutions"].items.isEmpty)
        #expect(stage["actionStates"].items.allSatisfy { $0["latestExecution"] == .null })
        try await walk.answer("Approved", second, of: "parallel")
        #expect(try await walk.sdk.end(of: second, of: "parallel") == "Succeeded")
        try await walk.answer("Rejected", first, of: "parallel")
        #expect(try await walk.sdk.end(of: first, of: "parallel") == "Failed")
        // Whether an execution is the latest in the stage is its own matter.
        try await walk.cli([
            "retry-stage-execution", "--pipeline-name", "parallel", "--stage-name", "Review",
            "--pipeline-execution-id", first, "--retry-mode", "FAILED_ACTIONS",
        ])
        try await walk.answer("Approved", first, of: "parallel")
        #expect(try await walk.sdk.end(of: first, of: "parallel") == "Succeeded")
        #expect(try await walk.execution(first, of: "parallel")["executionMode"] == "PARALLEL")
        let rollback = try await walk.error(
            "rollback-stage", "--pipeline-name", "parallel", "--stage-name", "Review",
            "--target-pipeline-execution-id", first)
        #expect(rollback == "UnableToRollbackStageException")
    }

    @Test(arguments: ["QUEUED", "PARALLEL"])
    func `fifty executions of a pipeline run or wait`(mode: String) async throws {
        let walk = try await Walk.begin()
        let name = mode.lowercased()
        try await walk.create(name, mode: mode, Definition.approval)
        let first = try #require(try await walk.ids(name).first)
        _ = try await walk.token(of: first, in: name)
        // Nothing runs while they gather.
        try await walk.cli([
            "disable-stage-transition", "--pipeline-name", name, "--stage-name", "Source", "--transition-type",
            "Inbound", "--reason", "gathering",
        ])
        for _ in 2...50 { _ = try await walk.sdk.start(name) }
        #expect(
            try await walk.error("start-pipeline-execution", "--name", name)
                == "ConcurrentPipelineExecutionsLimitExceededException")
        try await walk.answer("Approved", first, of: name)
        #expect(try await walk.sdk.end(of: first, of: name) == "Succeeded")
        #expect(try await walk.error("start-pipeline-execution", "--name", name) == "")
    }

    @Test func `a change of mode cancels what holds stages and lets PARALLEL executions run on`() async throws {
        let walk = try await Walk.begin()
        var declaration = try await walk.create("changing", Definition.approval)
        let first = try #require(try await walk.ids("changing").first)
        try await walk.entered(first, "Review", of: "changing")
        let second = try await walk.start("changing")
        try await walk.inbound([second], "Review", of: "changing")
        // SUPERSEDED → PARALLEL: the waiting one at once, the other when its approval is answered.
        declaration["executionMode"] = "PARALLEL"
        try await walk.update(declaration)
        #expect(try await walk.sdk.status(second, of: "changing") == "Cancelled")
        #expect(try await walk.sdk.status(first, of: "changing") == "InProgress")
        try await walk.answer("Approved", first, of: "changing")
        #expect(try await walk.sdk.end(of: first, of: "changing") == "Cancelled")
        // PARALLEL → PARALLEL without its stage, then → QUEUED: runs on with the structure that it started with.
        let third = try await walk.start("changing")
        _ = try await walk.token(of: third, in: "changing")
        var other = declaration
        other["stages"] = .array([
            Definition.source, Definition.stage("Other", Definition.action("Ask", "Approval", "Manual")),
        ])
        try await walk.update(other)
        other["executionMode"] = "QUEUED"
        try await walk.update(other)
        #expect(try await walk.sdk.status(third, of: "changing") == "InProgress")
        #expect(try await walk.stage("Other", of: "changing")["latestExecution"] == .null)
        try await walk.answer("Approved", third, of: "changing")
        #expect(try await walk.sdk.end(of: third, of: "changing") == "Succeeded")
    }
}
