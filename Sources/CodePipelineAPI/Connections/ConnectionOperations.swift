/// The table of CodeConnections' operations, which CodeStar Connections, its old name, has too.
package struct ConnectionOperations: Sendable {
    private static let all: [any APIOperation.Type] = [
        CreateConnection.self, CreateHost.self, DeleteConnection.self, DeleteHost.self, GetConnection.self,
        GetHost.self, ListConnections.self, ListHosts.self, ListConnectionTags.self, TagConnection.self,
        UntagConnection.self, UpdateHost.self,
    ]

    /// AWS's names of what can be called here.
    package static let names: [String] = all.map { $0.name }

    private let table: OperationTable

    package init(service: CodePipelineService) { table = OperationTable(Self.all, service: service) }

    /// What the service's model allows as an operation's input; `nil` for an unknown operation.
    package func inputShape(of name: String) -> Shape? { table.inputShape(of: name) }

    /// As ``CodePipelineOperations/perform(_:input:in:)``.
    package func perform(
        _ name: String, input: Document, in context: CallContext
    ) async throws(APIError) -> (any Encodable & Sendable)? {
        try await table.perform(name, input: input, in: context)
    }
}
