import PipelineEngine
import PipelineModel

/// Lets an execution go on although a condition of a stage isn't met (spec: execution-semantics §10).
struct OverrideStageCondition: APIOperation {
    enum ConditionType: String, Decodable, Sendable {
        case beforeEntry = "BEFORE_ENTRY"
        case onSuccess = "ON_SUCCESS"

        var gate: ConditionGate {
            switch self {
            case .beforeEntry: .beforeEntry
            case .onSuccess: .onSuccess
            }
        }
    }

    struct Input: Decodable, Sendable {
        var pipelineName: PipelineName
        var stageName: StageName
        var pipelineExecutionId: ExecutionID
        var conditionType: ConditionType
    }

    static let name = "OverrideStageCondition"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: [
            "pipelineName": .pipelineName, "stageName": .stageName, "pipelineExecutionId": .uuid,
            "conditionType": .oneOf("BEFORE_ENTRY", "ON_SUCCESS"),
        ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> NoOutput {
        let subject = RefusalSubject(
            account: context.account, pipeline: input.pipelineName, stage: input.stageName,
            execution: input.pipelineExecutionId, unknownExecutionCode: "NotLatestPipelineExecutionException")
        let outcome = try await service.submit(
            .overrideCondition(
                input.stageName, input.pipelineExecutionId, input.conditionType.gate, by: context.principalARN),
            about: subject)
        guard case .conditionOverridden = outcome else { throw .unexpected(outcome) }
        return NoOutput()
    }
}
