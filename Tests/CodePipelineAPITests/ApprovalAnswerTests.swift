import CodePipelineAPI
import PipelineEngine
import PipelineModel
import Testing

@Suite("PutApprovalResult")
struct ApprovalAnswerTests {
    private let room = Room()

    /// A pipeline that waits for its approval, and the approval's token.
    private func waiting(_ configuration: String) async throws -> String {
        let approval = #"{"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}"#
        let ask = #"{"name": "Ask", "actionTypeId": \#(approval), "configuration": \#(configuration)}"#
        try await room.create(
            Pipelines.small().setting("stages.1.actions.0", to: document(ask)).setting("stages.2", to: nil))
        _ = try await room.start("small")
        try await room.fetch("small")
        try await room.call("StopPipelineExecution", stop(try await room.executions("small")[1]))
        try await room.fetch("small")
        return try #require(
            try await room.state("small").at("stageStates.1.actionStates.0.latestExecution.token")?.text)
    }

    private func stop(_ id: String) -> String {
        #"{"pipelineName": "small", "pipelineExecutionId": "\#(id)", "abandon": true}"#
    }

    private func answer(_ token: String) -> String {
        #"""
        {"pipelineName": "small", "stageName": "Build", "actionName": "Ask", "token": "\#(token)",
         "result": {"status": "Approved", "summary": "fine"}}
        """#
    }

    @Test func `who may not approve is told why, with the token still good`() async throws {
        let token = try await waiting(#"{"ForbidAuthor": "true"}"#)
        let refusal = try await room.refusal("PutApprovalResult", answer(token))
        #expect(refusal.code == "ValidationException")
        #expect(refusal.message.contains("arn:aws:iam::000000000000:user/ada"))
        var other = room
        other.context.principalARN = "arn:aws:iam::000000000000:user/bob"
        #expect(try await other.call("PutApprovalResult", answer(token))["approvedAt"] != nil)
        #expect(
            try await other.refusal("PutApprovalResult", answer(token))
                == APIError(
                    "ApprovalAlreadyCompletedException", "The approval action has already been approved or rejected."))
    }

    @Test func `one of two approvals leaves the action waiting`() async throws {
        let token = try await waiting(#"{"RequiredApprovals": "2"}"#)
        try await room.call("PutApprovalResult", answer(token))
        let place = "stageStates.1.actionStates.0.latestExecution.status"
        #expect(try await room.state("small").at(place) == .string("InProgress"))
        #expect(try await room.refusal("PutApprovalResult", answer(token)).code == "ValidationException")
        var other = room
        other.context.principalARN = "arn:aws:iam::000000000000:user/bob"
        try await other.call("PutApprovalResult", answer(token))
        #expect(try await room.state("small").at(place) == .string("Succeeded"))
    }
}
