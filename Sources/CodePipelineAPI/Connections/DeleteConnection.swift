import PipelineEngine
import PipelineModel

/// Takes a connection away; pipelines whose sources name it fail from now on.
struct DeleteConnection: APIOperation {
    static let name = "DeleteConnection"

    static func inputShape(_ settings: APISettings) -> Shape { ConnectionInput.shape }

    let service: CodePipelineService

    func callAsFunction(_ input: ConnectionInput, in context: CallContext) async throws(APIError) -> EmptyOutput {
        let book = try await ConnectionBook.open(service)
        guard let found = book.connection(input.arn) else {
            if let declared = book.declared(input.arn) { throw .stands(inConfiguration: declared.name) }
            throw .connectionResourceNotFound("Connection", input.arn.rawValue)
        }
        _ = try await service.write { try await $0.change(registry: [.remove(.connection, name: found.record.id)]) }
        return EmptyOutput()
    }
}

extension APIError {
    /// The model declares no error for it.
    static func stands(inConfiguration name: String) -> APIError {
        .validation("The connection '\(name)' stands in the configuration file: change it there")
    }
}
