import CodePipelineAPI
import PipelineEngine
import PipelineModel
import Testing

@Suite("RollbackStage")
struct RollbackTests {
    private let room = Room()

    private func input(_ stage: String, _ target: String) -> String {
        #"{"pipelineName": "p", "stageName": "\#(stage)", "targetPipelineExecutionId": "\#(target)"}"#
    }

    private func create(mode: String = "SUPERSEDED", type: String = "V2") async throws -> String {
        try await room.create(
            Pipelines.small("p").setting("pipelineType", to: .string(type)).setting("executionMode", to: .string(mode)))
        return try #require(try await room.executions("p").first)
    }

    private func pass() async throws {
        try await room.fetch("p")
        try await room.build("p")
    }

    @Test func `a rollback is an execution of its own that names its target`() async throws {
        let target = try await create()
        try await pass()
        let answer = try await room.call("RollbackStage", input("Build", target))
        let id = try #require(answer["pipelineExecutionId"]?.text)
        #expect(id != target)
        let shown = try await room.call(
            "GetPipelineExecution", #"{"pipelineName": "p", "pipelineExecutionId": "\#(id)"}"#)
        #expect(shown.at("pipelineExecution.executionType") == .string("ROLLBACK"))
        #expect(
            shown.at("pipelineExecution.rollbackMetadata.rollbackTargetPipelineExecutionId") == .string(target))
        #expect(
            shown.at("pipelineExecution.trigger")
                == (try document(
                    #"{"triggerType": "ManualRollback", "triggerDetail": "arn:aws:iam::000000000000:user/ada"}"#)))
        #expect(try await room.state("p").at("stageStates.1.latestExecution.type") == .string("ROLLBACK"))
        let listed = try await room.call("ListPipelineExecutions", #"{"pipelineName": "p"}"#)
        let newest = try #require(listed.at("pipelineExecutionSummaries.0"))
        #expect(newest.at("rollbackMetadata.rollbackTargetPipelineExecutionId") == .string(target))
        #expect(listed.at("pipelineExecutionSummaries.1.rollbackMetadata") == nil)
    }

    @Test func `what can't be rolled back is refused in AWS's words`() async throws {
        let target = try await create()
        let nobody = "00000000-0000-0000-0000-000000000000"
        func code(_ stage: String, _ target: String) async throws -> String {
            try await room.refusal("RollbackStage", input(stage, target)).code
        }
        #expect(try await code("X", target) == "StageNotFoundException")
        #expect(try await code("Source", target) == "UnableToRollbackStageException")
        #expect(try await code("Build", nobody) == "PipelineExecutionNotFoundException")
        #expect(try await code("Build", target) == "UnableToRollbackStageException")
        try await pass()
        let rollback = try await room.call("RollbackStage", input("Build", target))
        #expect(try await code("Build", target) == "UnableToRollbackStageException")
        #expect(
            try await code("Build", try #require(rollback["pipelineExecutionId"]?.text))
                == "UnableToRollbackStageException")
        try await room.call(
            "UpdatePipeline",
            .structure(["pipeline": try Pipelines.small("p").setting("pipelineType", to: .string("V2"))]))
        let outdated = try await room.refusal("RollbackStage", input("Build", target))
        #expect(outdated.code == "PipelineExecutionOutdatedException")
        #expect(outdated.message.hasPrefix("The specified pipeline execution is outdated and cannot be used"))
    }

    @Test(arguments: [
        ("SUPERSEDED", "V1", "ValidationException", "Stage rollback can only be used with V2 pipelines"),
        (
            "PARALLEL", "V2", "UnableToRollbackStageException",
            "Unable to roll back the stage. A pipeline in PARALLEL mode can't be rolled back."
        ),
    ])
    func `V1 and PARALLEL pipelines have no rollback`(
        mode: String, type: String, code: String, message: String
    ) async throws {
        let target = try await create(mode: mode, type: type)
        #expect(try await room.refusal("RollbackStage", input("Build", target)) == APIError(code, message))
    }

    @Test func `a PARALLEL pipeline's stages show no execution`() async throws {
        _ = try await create(mode: "PARALLEL")
        try await pass()
        let state = try await room.state("p")
        #expect(state["stageStates"]?.items.count == 3)
        for stage in state["stageStates"]?.items ?? [] {
            #expect(stage["latestExecution"] == nil && stage["inboundExecutions"] == .list([]))
            #expect(stage.at("actionStates.0.latestExecution") == nil)
            #expect(stage.at("actionStates.0.currentRevision") == nil)
        }
        let pipeline = try Pipelines.small("p").setting("pipelineType", to: .string("V2"))
        try await room.call("UpdatePipeline", .structure(["pipeline": pipeline]))
        #expect(try await room.state("p").at("stageStates.0.latestExecution") == nil)
    }
}
