import PipelineEngine
import PipelineModel

/// Opens the gate before or after a stage: who waits there goes in (spec: execution-semantics §6). May come twice.
struct EnableStageTransition: APIOperation {
    struct Input: Decodable, Sendable {
        var pipelineName: PipelineName
        var stageName: StageName
        var transitionType: TransitionType
    }

    static let name = "EnableStageTransition"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: [
            "pipelineName": .pipelineName, "stageName": .stageName, "transitionType": .transitionType,
        ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> NoOutput {
        let change = TransitionChange(
            stage: input.stageName, type: input.transitionType, by: context.principalARN, disabledReason: nil)
        return try await service.set(change, of: input.pipelineName, in: context)
    }
}
