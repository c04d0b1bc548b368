import Foundation
import PipelineEngine
import PipelineModel

/// Answers a waiting manual approval (spec: execution-semantics §14).
struct PutApprovalResult: APIOperation {
    struct Answer: Decodable, Sendable {
        var summary: String
        var status: ApprovalAnswer.Status
    }

    struct Input: Decodable, Sendable {
        var pipelineName: PipelineName
        var stageName: StageName
        var actionName: ActionName
        var result: Answer
        var token: String
    }

    struct Output: Encodable, Sendable {
        var approvedAt: Date
    }

    static let name = "PutApprovalResult"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: [
            "pipelineName": .pipelineName, "stageName": .stageName, "actionName": .actionName,
            "result": .structure(required: [
                "summary": .text(min: 0, max: 512), "status": .oneOf("Approved", "Rejected"),
            ]),
            "token": .uuid,
        ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let answer = ApprovalAnswer(
            stage: input.stageName, action: input.actionName, token: input.token, status: input.result.status,
            summary: input.result.summary, by: context.principalARN)
        let subject = RefusalSubject(
            account: context.account, pipeline: input.pipelineName, stage: input.stageName, action: input.actionName)
        let outcome = try await service.submit(.answerApproval(answer), about: subject)
        guard case .approvalAnswered(let time) = outcome else { throw .unexpected(outcome) }
        return Output(approvedAt: Date(seconds: time))
    }
}
