import PipelineEngine
import PipelineModel

/// Puts a new version of a declaration in force; running executions end after their actions (spec:
/// execution-semantics §12).
struct UpdatePipeline: APIOperation {
    struct Input: Decodable, Sendable {
        var pipeline: DeclaredPipeline
    }

    struct Output: Encodable, Sendable {
        var pipeline: PipelineDeclarationOutput
    }

    static let name = "UpdatePipeline"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: ["pipeline": .pipelineDeclaration(valueLimit: settings.configurationValueLimit)])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let actionTypes = try await service.actionTypeCatalogue()
        try service.validator(actionTypes, region: context.region).check(input.pipeline)
        let state = try await service.state(of: input.pipeline.name, in: context)
        let sealing = SecretSealing(service: service, actionTypes: actionTypes, previous: state.declaration)
        let declaration = try sealing.seal(input.pipeline.declaration)
        let subject = RefusalSubject(account: context.account, pipeline: declaration.name)
        let outcome = try await service.submit(.update(declaration), about: subject)
        guard case .declared(let stored, _) = outcome else { throw .unexpected(outcome) }
        service.definitionChanged()
        return Output(pipeline: PipelineDeclarationOutput(stored))
    }
}
