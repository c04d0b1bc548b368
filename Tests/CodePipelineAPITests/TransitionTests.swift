import CodePipelineAPI
import PipelineEngine
import PipelineModel
import Testing

@Suite("Transitions")
struct TransitionTests {
    private let room = Room()

    private func set(_ operation: String, _ stage: String, _ type: String, reason: String? = nil) async throws {
        let more = reason.map { #", "reason": "\#($0)""# } ?? ""
        let answer = try await room.call(
            operation, #"{"pipelineName": "small", "stageName": "\#(stage)", "transitionType": "\#(type)"\#(more)}"#)
        #expect(answer == .null)
    }

    @Test(arguments: [("Build", "Inbound"), ("Source", "Outbound")])
    func `a disabled transition holds who comes, says who did it, and lets in on enable`(
        stage: String, type: String
    ) async throws {
        try await room.create(Pipelines.small())
        try await set("DisableStageTransition", stage, type, reason: "audit (Q3)")
        try await room.fetch("small")
        let held = try #require(try await room.state("small").at("stageStates.1"))
        #expect(
            held["inboundTransitionState"]
                == (try document(
                    #"""
                    {"enabled": false, "lastChangedBy": "arn:aws:iam::000000000000:user/ada",
                     "lastChangedAt": 1700000002.25, "disabledReason": "audit (Q3)"}
                    """#)))
        #expect(held["inboundExecutions"]?.items.count == 1)
        #expect(held["latestExecution"] == nil)
        try await set("EnableStageTransition", stage, type)
        let open = try #require(try await room.state("small").at("stageStates.1"))
        #expect(open.at("inboundTransitionState.enabled") == .bool(true))
        #expect(open.at("inboundTransitionState.disabledReason") == nil)
        #expect(open.at("latestExecution.status") == .string("InProgress"))
        #expect(open["inboundExecutions"] == .list([]))
        try await set("EnableStageTransition", stage, type)
    }

    @Test func `a queue is shown with its oldest first`() async throws {
        try await room.create(
            Pipelines.small().setting("pipelineType", to: .string("V2"))
                .setting("executionMode", to: .string("QUEUED")))
        var waiting: [String] = []
        for _ in 0..<3 { waiting.append(try await room.start("small")) }
        let stage = try #require(try await room.state("small").at("stageStates.0"))
        #expect(stage["inboundExecutions"]?.items.compactMap { $0["pipelineExecutionId"]?.text } == waiting)
        #expect(stage.at("inboundExecution.pipelineExecutionId") == .string(waiting[0]))
    }

    @Test(arguments: ["EnableStageTransition", "DisableStageTransition"])
    func `a stage that isn't there and a reason with strange characters are refused`(operation: String) async throws {
        try await room.create(Pipelines.small())
        func input(_ reason: String) -> String {
            #"{"pipelineName": "small", "stageName": "X", "transitionType": "Inbound", "reason": "\#(reason)"}"#
        }
        #expect(
            try await room.refusal(operation, input("why"))
                == APIError("StageNotFoundException", "The pipeline 'small' has no stage with name 'X'"))
        let odd = try await room.refusal("DisableStageTransition", input("#1"))
        #expect(odd.code == "ValidationException")
        #expect(odd.message.contains("'reason'"))
    }
}
