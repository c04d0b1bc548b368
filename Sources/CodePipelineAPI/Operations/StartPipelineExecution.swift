import PipelineEngine
import PipelineModel

/// Starts an execution by hand. The same client token with the same input gives the same execution.
struct StartPipelineExecution: APIOperation {
    struct Input: Decodable, Sendable {
        var name: PipelineName
        var variables: [StartOverrides.Variable]?
        var clientRequestToken: String?
        var sourceRevisions: [SourceRevisionOverride]?
    }

    struct Output: Encodable, Sendable {
        var pipelineExecutionId: ExecutionID
    }

    static let name = "StartPipelineExecution"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(
            required: ["name": .pipelineName],
            optional: [
                "variables": .list(
                    of: .structure(required: ["name": .variableName, "value": .variableValue]), min: 1, max: 50),
                "clientRequestToken": .text(min: 1, max: 128, .oneOrMore("a-zA-Z0-9-", anchored: true)),
                "sourceRevisions": .list(
                    of: .structure(required: [
                        "actionName": .actionName,
                        "revisionType": .oneOf(
                            "COMMIT_ID", "IMAGE_DIGEST", "S3_OBJECT_VERSION_ID", "S3_OBJECT_KEY"),
                        "revisionValue": .text(min: 1, max: 1500),
                    ]), min: 0, max: 50),
            ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let state = try await service.state(of: input.name, in: context)
        let overrides = StartOverrides(declaration: state.declaration)
        let revisions = input.sourceRevisions ?? []
        try overrides.check(revisions)
        let request = StartRequest(
            trigger: ExecutionTrigger(
                type: .startPipelineExecution, detail: String(context.principalARN.prefix(1024))),
            input: StartInput(
                sourceRevisions: revisions, variables: try overrides.variables(from: input.variables ?? []),
                authors: [context.principalARN]),
            clientRequestToken: input.clientRequestToken)
        let subject = RefusalSubject(account: context.account, pipeline: input.name)
        let outcome = try await service.submit(.start(request), about: subject)
        guard case .started(let id, _) = outcome else { throw .unexpected(outcome) }
        return Output(pipelineExecutionId: id)
    }
}
