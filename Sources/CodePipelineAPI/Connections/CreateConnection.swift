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
        let host = try input.hostARN.map { arn throws(APIError) in try book.host(arn) }
        let provider = try Self.provider(input, host)
        try checkName(input.name, book)
        let id = newResourceID()
        let record = ConnectionRecord(
            id: id, arn: ConnectionARN("arn:aws:codeconnections:\(context.region):\(context.account):connection/\(id)"),
            name: input.name, providerType: provider, hostARN: input.hostARN,
            tags: ConnectionTag.values(of: input.tags))
        try await make(record, at: host)
        return Output(arn: record.arn, tags: ConnectionTag.list(record.tags))
    }

    /// - Throws: `LimitExceededException`, `ResourceUnavailableException` when the host was changed or deleted meanwhile.
    private func make(
        _ record: ConnectionRecord, at host: Registered<ConnectionHostRecord>?
    ) async throws(APIError) {
        let limit = service.settings.connections
        let host = host.map { RegistryChange.expect(.connectionHost, name: $0.record.key, record: $0.bytes) }
        let conflict = try await service.write { registry in
            try await registry.add(record, upTo: limit, expecting: host.map { [$0] } ?? [])
        }
        if let conflict {
            throw APIError("ResourceUnavailableException", "The host can't be used now: \(conflict). Try again.")
        }
    }

    /// - Throws: `ValidationException` when neither or both are given.
    private static func provider(
        _ input: Input, _ host: Registered<ConnectionHostRecord>?
    ) throws(APIError) -> String {
        switch (input.providerType, host) {
        case (let type?, nil): return type
        case (nil, let host?): return host.record.providerType
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
