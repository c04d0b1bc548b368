import PipelineModel

/// Would change an action type that an external provider has made for others' use: there is none, see
/// ``GetActionType``.
struct UpdateActionType: APIOperation {
    struct Input: Decodable, Sendable {
        struct Declaration: Decodable, Sendable {
            var id: ActionTypeID
        }

        var actionType: Declaration
    }

    static let name = "UpdateActionType"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: ["actionType": .actionTypeDeclaration])
    }

    private let service: CodePipelineService

    init(service: CodePipelineService) { self.service = service }

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> NoOutput {
        throw .noExternalType(input.actionType.id)
    }
}
