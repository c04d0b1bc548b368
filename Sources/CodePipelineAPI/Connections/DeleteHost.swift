import PipelineEngine

/// Takes a host away, once no connection needs it.
struct DeleteHost: APIOperation {
    static let name = "DeleteHost"

    static func inputShape(_ settings: APISettings) -> Shape { ConnectionHostInput.shape }

    let service: CodePipelineService

    func callAsFunction(_ input: ConnectionHostInput, in context: CallContext) async throws(APIError) -> EmptyOutput {
        let book = try await ConnectionBook.open(service)
        let host = try book.host(input.arn).record
        let users = book.connections(of: host).map(\.name).sorted()
        guard users.isEmpty else {
            throw APIError(
                "ResourceUnavailableException",
                "Host \(host.arn) is used by \(users.count) connections, e.g. '\(users[0])': delete them first")
        }
        _ = try await service.write { try await $0.change(registry: [.remove(.connectionHost, name: host.id)]) }
        return EmptyOutput()
    }
}
