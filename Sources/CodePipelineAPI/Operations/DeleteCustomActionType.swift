import PipelineEngine
import PipelineModel

/// Marks a custom action type as deleted: no worker gets its jobs, no pipeline can name it anew. One that isn't there
/// is no error. May come twice.
struct DeleteCustomActionType: APIOperation {
    struct Input: Decodable, Sendable {
        var category: ActionCategory
        var provider: String
        var version: String
    }

    static let name = "DeleteCustomActionType"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: ["category": .actionCategory, "provider": .providerName, "version": .typeVersion])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> NoOutput {
        let id = ActionTypeID(
            category: input.category, owner: .custom, provider: input.provider, version: input.version)
        do {
            let known = try await service.registry.customActionTypes()
            guard var type = known.first(where: { $0.id == id }), !type.isDeleted else { return NoOutput() }
            type.isDeleted = true
            try await service.registry.put(type)
        } catch {
            throw .infrastructure(error)
        }
        return NoOutput()
    }
}
