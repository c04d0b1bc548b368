import PipelineEngine
import PipelineModel

/// Makes a connection. It is pending until `penstock connections complete` has given it a URL and a credential.
struct CreateConnection: APIOperation {
    struct Input: Decodable, Sendable {
        var name: String
        var providerType: String?
        var hostARN: String?
        var tags: [ConnectionTag]?

        enum CodingKeys: String, CodingKey {
            case name = "ConnectionName"
            case providerType = "ProviderType"
            case hostARN = "HostArn"
            case tags = "Tags"
        }
    }

    struct Output: Encodable, Sendable {
        var arn: ConnectionARN
        var tags: [ConnectionTag]

        enum CodingKeys: String, CodingKey {
            case arn = "ConnectionArn"
            case tags = "Tags"
        }
    }

    static let name = "CreateConnection"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(
            required: ["ConnectionName": .connectionName],
            optional: [
                "ProviderType": .providerType, "Tags": .connectionTags, "HostArn": .connectionHostARN,
            ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let book = try await ConnectionBook.open(service)
        let provider = try Self.provider(input, book)
        try checkName(input.name, book)
        let limit = service.settings.connections
        guard book.connections.count < limit else { throw .connectionLimit("connections", limit) }
        let id = newResourceID()
        let record = ConnectionRecord(
            id: id, arn: ConnectionARN("arn:aws:codeconnections:\(context.region):\(context.account):connection/\(id)"),
            name: input.name, providerType: provider, hostARN: input.hostARN,
            tags: ConnectionTag.values(of: input.tags))
        try await service.change(connections: try record.changes(over: nil))
        return Output(arn: record.arn, tags: ConnectionTag.list(record.tags))
    }

    /// - Throws: `ResourceNotFoundException` for the host, `ValidationException` when neither or both are given.
    private static func provider(_ input: Input, _ book: ConnectionBook) throws(APIError) -> String {
        switch (input.providerType, input.hostARN) {
        case (let type?, nil): return type
        case (nil, let arn?): return try book.host(arn).record.providerType
        default: throw .validation("Either ProviderType or HostArn must be given, and not both")
        }
    }

    /// Names are unique: configuration files use them.
    private func checkName(_ name: String, _ book: ConnectionBook) throws(APIError) {
        guard !book.connections.contains(where: { $0.record.name == name }),
            !book.declared.contains(where: { $0.name == name })
        else { throw .validation("There is a connection of the name '\(name)' already") }
    }
}
