import PipelineEngine
import PipelineModel

/// Makes an action type whose actions job workers do; the same definition brings a deleted one back (spec:
/// job-workers §1, pipeline-structure §9).
struct CreateCustomActionType: APIOperation {
    struct Input: Decodable, Sendable {
        var category: ActionCategory
        var provider: String
        var version: String
        var settings: CustomActionType.Settings?
        var configurationProperties: [CustomActionType.Property]?
        var inputArtifactDetails: CustomActionType.ArtifactDetails
        var outputArtifactDetails: CustomActionType.ArtifactDetails
        var tags: [RequestedTag]?
    }

    struct Output: Encodable, Sendable {
        var actionType: ListActionTypes.Output.ActionType
        var tags: [RequestedTag]
    }

    static let name = "CreateCustomActionType"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(
            required: [
                "category": .actionCategory, "provider": .providerName, "version": .typeVersion,
                "inputArtifactDetails": .artifactDetails, "outputArtifactDetails": .artifactDetails,
            ],
            optional: [
                "settings": .actionTypeSettings, "configurationProperties": .configurationProperties,
                "tags": .list(of: RequestedTag.shape),
            ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let type = try CustomActionType(input, arn: context.arn(ofActionType: input.id))
        if let fault = type.faults.first { throw .validation(fault) }
        do {
            let known = try await service.registry.customActionTypes()
            try admit(type, among: known)
            try await service.registry.put(type)
        } catch {
            throw .infrastructure(error)
        }
        return Output(
            actionType: ListActionTypes.Output.ActionType(type),
            tags: type.tags.sorted { $0.key < $1.key }.map { RequestedTag(key: $0.key, value: $0.value) })
    }

    /// - Throws: `ValidationException` for a type that is there, or was another; `LimitExceededException`.
    private func admit(_ type: CustomActionType, among known: [CustomActionType]) throws(APIError) {
        if let former = known.first(where: { $0.id == type.id }) {
            guard former.isDeleted else {
                throw .validation("The action type \(type.id) already exists: delete it, or give another version")
            }
            guard former.defines(sameAs: type) else {
                throw .validation(
                    "The action type \(type.id) was deleted and comes back with its former definition only: give another "
                        + "version")
            }
        }
        guard known.count(where: { !$0.isDeleted }) < service.settings.customActionTypes else {
            throw APIError(
                "LimitExceededException",
                "There are \(service.settings.customActionTypes) custom action types already, the most that the quota "
                    + "allows")
        }
    }
}

extension CreateCustomActionType.Input {
    fileprivate var id: ActionTypeID {
        ActionTypeID(category: category, owner: .custom, provider: provider, version: version)
    }
}

extension CustomActionType {
    /// - Throws: `TooManyTagsException`, `InvalidTagsException`.
    fileprivate init(_ input: CreateCustomActionType.Input, arn: String) throws(APIError) {
        self.init(
            category: input.category, provider: input.provider, version: input.version, settings: input.settings,
            configurationProperties: input.configurationProperties ?? [],
            inputArtifactDetails: input.inputArtifactDetails, outputArtifactDetails: input.outputArtifactDetails,
            tags: try RequestedTag.values(of: input.tags ?? [], on: arn))
    }
}
