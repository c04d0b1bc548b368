import CodePipelineAPI
import PipelineEngine
import PipelineModel
import Testing

@Suite("GetPipelineState")
struct StateViewTests {
    private let room = Room()

    private func state() async throws -> Document {
        try await room.call("GetPipelineState", #"{"name": "small"}"#)
    }

    private func create() async throws {
        try await room.call("CreatePipeline", .structure(["pipeline": try Pipelines.small()]))
    }

    @Test func `a waiting execution is inbound and an open transition is shown`() async throws {
        try await create()
        let started = try await room.call("StartPipelineExecution", #"{"name": "small"}"#)
        let stage = try #require(try await state().at("stageStates.0"))
        #expect(stage.at("inboundExecution.pipelineExecutionId") == started["pipelineExecutionId"])
        #expect(stage.at("inboundExecution.status") == .string("InProgress"))
        #expect(stage["inboundExecutions"]?.items == [try #require(stage["inboundExecution"])])
        #expect(stage.at("inboundTransitionState.enabled") == .bool(true))
        #expect(stage.at("latestExecution.status") == .string("InProgress"))
        #expect(stage.at("latestExecution.type") == .string("STANDARD"))
        #expect(try await state().at("stageStates.1.inboundExecutions") == .list([]))
        #expect(try await state().at("stageStates.1.actionStates.0.latestExecution") == nil)
    }

    @Test func `a failure shows its code and message, and the retry is counted`() async throws {
        try await create()
        try await room.report("Fetch", of: "small") {
            .actionFailed($0, FailureDetails(.revisionUnavailable, "no such key"))
        }
        let failed = try await state()
        let action = try #require(failed.at("stageStates.0.actionStates.0.latestExecution"))
        #expect(action["status"] == .string("Failed"))
        #expect(action["errorDetails"] == (try document(#"{"code": "RevisionUnavailable", "message": "no such key"}"#)))
        #expect(action["lastStatusChange"] == .number(1_700_000_002.25))
        #expect(failed.at("stageStates.0.latestExecution.status") == .string("Failed"))
        let id = try #require(failed.at("stageStates.0.latestExecution.pipelineExecutionId")?.text)
        try await room.call(
            "RetryStageExecution",
            #"{"pipelineName": "small", "stageName": "Source", "pipelineExecutionId": "\#(id)", "retryMode": "ALL_ACTIONS"}"#
        )
        #expect(
            try await state().at("stageStates.0.retryStageMetadata")
                == document(#"{"manualStageRetryAttempt": 1, "latestRetryTrigger": "ManualStageRetry"}"#))
    }

    @Test func `a revision without a change id stands for it, and long texts are cut`() async throws {
        try await create()
        let long = String(repeating: "é", count: 3000)
        let revision = SourceRevision(actionName: "Fetch", revisionID: "v1", summary: long, url: "https://example.com")
        try await room.report("Fetch", of: "small") {
            .actionSucceeded(
                $0,
                ActionResult(
                    outputs: [StoredArtifact(name: "App", bucket: "artifacts", key: "k", revision: revision)],
                    revision: revision, summary: long))
        }
        let shown = try #require(try await state().at("stageStates.0.actionStates.0"))
        #expect(shown.at("currentRevision.revisionChangeId") == .string("v1"))
        #expect(shown["revisionUrl"] == .string("https://example.com"))
        #expect(shown.at("latestExecution.summary")?.text?.count == 2048)
    }
}
