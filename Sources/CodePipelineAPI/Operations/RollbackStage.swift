import PipelineEngine
import PipelineModel

/// Runs a stage again with what an earlier execution succeeded with in it (spec: execution-semantics §9).
struct RollbackStage: APIOperation {
    struct Input: Decodable, Sendable {
        var pipelineName: PipelineName
        var stageName: StageName
        var targetPipelineExecutionId: ExecutionID
    }

    struct Output: Encodable, Sendable {
        /// The new execution, of type ROLLBACK.
        var pipelineExecutionId: ExecutionID
    }

    static let name = "RollbackStage"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: [
            "pipelineName": .pipelineName, "stageName": .stageName, "targetPipelineExecutionId": .uuid,
        ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let state = try await service.state(of: input.pipelineName, in: context)
        guard state.declaration.pipelineType == .v2 else {
            throw .validation("Stage rollback can only be used with V2 pipelines")
        }
        let trigger = ExecutionTrigger(type: .manualRollback, detail: String(context.principalARN.prefix(1024)))
        let subject = RefusalSubject(
            account: context.account, pipeline: input.pipelineName, stage: input.stageName,
            execution: input.targetPipelineExecutionId)
        let outcome = try await service.submit(
            .rollBack(input.stageName, to: input.targetPipelineExecutionId, trigger: trigger), about: subject)
        guard case .rolledBack(let id) = outcome else { throw .unexpected(outcome) }
        return Output(pipelineExecutionId: id)
    }
}
