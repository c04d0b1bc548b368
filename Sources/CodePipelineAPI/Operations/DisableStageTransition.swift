import PipelineEngine
import PipelineModel

/// Closes the gate before or after a stage: executions wait in front of it (spec: execution-semantics §6).
///
/// May come twice: the later reason and caller stand.
struct DisableStageTransition: APIOperation {
    struct Input: Decodable, Sendable {
        var pipelineName: PipelineName
        var stageName: StageName
        var transitionType: TransitionType
        var reason: String
    }

    static let name = "DisableStageTransition"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: [
            "pipelineName": .pipelineName, "stageName": .stageName, "transitionType": .transitionType,
            "reason": .text(min: 1, max: 300, .oneOrMore(#"a-zA-Z0-9!@ \(\)\.\*\?\-"#)),
        ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> NoOutput {
        let change = TransitionChange(
            stage: input.stageName, type: input.transitionType, by: context.principalARN, disabledReason: input.reason)
        return try await service.set(change, of: input.pipelineName, in: context)
    }
}

extension CodePipelineService {
    /// Opens or closes a gate.
    ///
    /// - Throws: `PipelineNotFoundException`, `StageNotFoundException`.
    func set(
        _ change: TransitionChange, of pipeline: PipelineName, in context: CallContext
    ) async throws(APIError) -> NoOutput {
        let subject = RefusalSubject(account: context.account, pipeline: pipeline, stage: change.stage)
        let outcome = try await submit(.setTransition(change), about: subject)
        guard case .transitionSet = outcome else { throw .unexpected(outcome) }
        return NoOutput()
    }
}
