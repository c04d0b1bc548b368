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
        try await service.change(connections: [.remove(.connection, name: found.record.id)])
        return EmptyOutput()
    }
}

extension APIError {
    static func stands(inConfiguration name: String) -> APIError {
        APIError(
            "UnsupportedOperationException",
            "The connection '\(name)' stands in the configuration file: change it there")
    }
}
