import PipelineEngine
import PipelineModel

/// Runs a failed or stopped stage again in the same execution (spec: execution-semantics §8).
struct RetryStageExecution: APIOperation {
    struct Input: Decodable, Sendable {
        var pipelineName: PipelineName
        var stageName: StageName
        var pipelineExecutionId: ExecutionID
        var retryMode: RetryMode
    }

    struct Output: Encodable, Sendable {
        var pipelineExecutionId: ExecutionID
    }

    static let name = "RetryStageExecution"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: [
            "pipelineName": .pipelineName, "stageName": .stageName, "pipelineExecutionId": .uuid,
            "retryMode": .retryMode,
        ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let subject = RefusalSubject(
            account: context.account, pipeline: input.pipelineName, stage: input.stageName,
            execution: input.pipelineExecutionId, unknownExecutionCode: "NotLatestPipelineExecutionException")
        let outcome = try await service.submit(
            .retry(input.stageName, input.pipelineExecutionId, input.retryMode), about: subject)
        guard case .retried(let id) = outcome else { throw .unexpected(outcome) }
        return Output(pipelineExecutionId: id)
    }
}
