import CodePipelineAPI
import PipelineEngine
import PipelineModel
import Testing

@Suite("PutActionRevision")
struct PutActionRevisionTests {
    private let room = Room()

    private func input(_ revision: String, stage: String = "Source", action: String = "Fetch") -> String {
        #"""
        {"pipelineName": "small", "stageName": "\#(stage)", "actionName": "\#(action)",
         "actionRevision": {"revisionId": "\#(revision)", "revisionChangeId": "c-1", "created": 1700000000}}
        """#
    }

    @Test func `a new revision starts the pipeline with it, a known one answers its execution`() async throws {
        try await room.create(Pipelines.small())
        let first = try await room.call("PutActionRevision", input("v7"))
        #expect(first["newRevision"] == .bool(true))
        let id = try #require(first["pipelineExecutionId"]?.text)
        let again = try await room.call("PutActionRevision", input("v7"))
        #expect(again["newRevision"] == .bool(false))
        #expect(again["pipelineExecutionId"] == .string(id))
        let execution = try #require(try await room.ledger.execution(ExecutionID(id)))
        #expect(
            execution.trigger
                == ExecutionTrigger(type: .putActionRevision, detail: "arn:aws:iam::000000000000:user/ada"))
        #expect(
            execution.sourceRevisionOverrides == [
                SourceRevisionOverride(
                    actionName: "Fetch", revisionType: .s3ObjectVersionID, revisionValue: "v7")
            ])
        #expect(try await room.executions("small").count == 2)
    }

    @Test func `stages, actions and sources that aren't there are named`() async throws {
        try await room.create(Pipelines.small())
        for (json, code) in [
            (input("v", stage: "X"), "StageNotFoundException"), (input("v", action: "X"), "ActionNotFoundException"),
            (input("v", stage: "Build", action: "Compile"), "ValidationException"),
            (input("v").replacing("1700000000", with: #""today""#), "SerializationException"),
        ] {
            #expect(try await room.refusal("PutActionRevision", json).code == code)
        }
    }
}
