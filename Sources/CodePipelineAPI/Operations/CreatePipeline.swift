import PipelineEngine
import PipelineModel

/// Declares a pipeline and starts its first execution at once.
struct CreatePipeline: APIOperation {
    struct Input: Decodable, Sendable {
        var pipeline: DeclaredPipeline
        var tags: [RequestedTag]?
    }

    struct Output: Encodable, Sendable {
        var pipeline: PipelineDeclarationOutput
    }

    static let name = "CreatePipeline"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(
            required: ["pipeline": .pipelineDeclaration(valueLimit: settings.configurationValueLimit)],
            optional: ["tags": .list(of: RequestedTag.shape)])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let actionTypes = try await service.actionTypeCatalogue()
        try service.validator(actionTypes, region: context.region).check(input.pipeline)
        let arn = context.arn(ofPipeline: input.pipeline.name.rawValue)
        let tags = try RequestedTag.values(of: input.tags ?? [], on: arn)
        let declaration = try await sealed(input.pipeline, actionTypes, in: context)
        let trigger = ExecutionTrigger(type: .createPipeline, detail: String(context.principalARN.prefix(1024)))
        let subject = RefusalSubject(account: context.account, pipeline: declaration.name, resource: arn)
        let outcome = try await service.submit(.create(declaration, trigger: trigger, tags: tags), about: subject)
        guard case .declared(let stored, _) = outcome else { throw .unexpected(outcome) }
        service.definitionChanged()
        return Output(pipeline: PipelineDeclarationOutput(stored))
    }

    /// The name and the quota are looked at before secrets are; the engine decides on the name for good.
    private func sealed(
        _ pipeline: DeclaredPipeline, _ actionTypes: ActionTypeCatalogue, in context: CallContext
    ) async throws(APIError) -> PipelineDeclaration {
        let name = pipeline.name
        if try await service.read({ try await $0.state(of: name) }) != nil {
            throw APIError(.pipelineNameInUse, about: RefusalSubject(account: context.account, pipeline: name))
        }
        if try await service.read({ try await $0.counts() }).pipelines >= service.settings.pipelines {
            throw APIError(
                "LimitExceededException",
                "Account '\(context.account)' has \(service.settings.pipelines) pipelines already, the most that its "
                    + "quota allows")
        }
        return try SecretSealing(service: service, actionTypes: actionTypes, previous: nil).seal(pipeline.declaration)
    }
}
