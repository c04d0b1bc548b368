import PipelineEngine
import PipelineModel

/// Tells a source action of a new revision; one that the pipeline doesn't know starts it (spec:
/// execution-semantics §13).
///
/// May come twice: the second call answers the execution that the first one started.
struct PutActionRevision: APIOperation {
    struct Revision: Decodable, Sendable {
        var revisionId: String
        var revisionChangeId: String
        var created: Double
    }

    struct Input: Decodable, Sendable {
        var pipelineName: PipelineName
        var stageName: StageName
        var actionName: ActionName
        var actionRevision: Revision
    }

    struct Output: Encodable, Sendable {
        /// Whether the pipeline had not used the revision before (the model's text says the opposite).
        var newRevision: Bool
        var pipelineExecutionId: ExecutionID?
    }

    static let name = "PutActionRevision"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: [
            "pipelineName": .pipelineName, "stageName": .stageName, "actionName": .actionName,
            "actionRevision": .structure(required: [
                "revisionId": .text(min: 1, max: 1500), "revisionChangeId": .text(min: 1, max: 100),
                "created": .timestamp,
            ]),
        ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let state = try await service.state(of: input.pipelineName, in: context)
        let action = state.declaration.stage(input.stageName)?.action(input.actionName)
        let change = SourceChange(
            stage: input.stageName, action: input.actionName, revision: input.actionRevision.revisionId, origin: .put,
            trigger: ExecutionTrigger(type: .putActionRevision, detail: String(context.principalARN.prefix(1024))),
            revisionType: action.map { SourceRevisionOverride.Kind.revision(of: $0.actionTypeId) },
            authors: [context.principalARN])
        let subject = RefusalSubject(
            account: context.account, pipeline: input.pipelineName, stage: input.stageName, action: input.actionName)
        let outcome = try await service.submit(.sourceChanged(change), about: subject)
        guard case .sourceRevision(let isNew, let execution) = outcome else { throw .unexpected(outcome) }
        return Output(newRevision: isNew, pipelineExecutionId: execution)
    }
}
