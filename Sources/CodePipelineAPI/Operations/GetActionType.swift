import PipelineModel

/// Would show an action type that an external provider has made for others' use; nobody can make one here, and the
/// modules' own types have no executor to show. ListActionTypes shows all that can be declared.
struct GetActionType: APIOperation {
    struct Input: Decodable, Sendable {
        var category: ActionCategory
        var owner: ActionOwner
        var provider: String
        var version: String
    }

    static let name = "GetActionType"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: [
            "category": .actionCategory, "owner": .externalOwner, "provider": .providerName, "version": .typeVersion,
        ])
    }

    private let service: CodePipelineService

    init(service: CodePipelineService) { self.service = service }

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> NoOutput {
        throw .noExternalType(
            ActionTypeID(
                category: input.category, owner: input.owner, provider: input.provider, version: input.version))
    }
}

extension APIError {
    static func noExternalType(_ id: ActionTypeID) -> APIError {
        let error = APIError.actionTypeNotFound(id)
        return APIError(
            error.code, "\(error.message) that was made with an integration model of an external provider")
    }
}
