import PipelineEngine
import PipelineModel

/// A connection or a host by its ARN, with its tags.
private enum TaggedConnection {
    case connection(Registered<ConnectionRecord>)
    case host(Registered<ConnectionHostRecord>)
    /// Of the configuration: it has no tags.
    case declared(DeclaredConnection)

    /// - Throws: `ResourceNotFoundException`.
    init(_ arn: String, _ service: CodePipelineService) async throws(APIError) {
        let book = try await ConnectionBook.open(service)
        if let connection = book.connection(ConnectionARN(arn)) {
            self = .connection(connection)
        } else if let declared = book.declared(ConnectionARN(arn)) {
            self = .declared(declared)
        } else {
            do { self = .host(try book.host(arn)) } catch { throw .connectionResourceNotFound("Resource", arn) }
        }
    }

    var tags: [String: String] {
        switch self {
        case .connection(let found): found.record.tags
        case .host(let found): found.record.tags
        case .declared: [:]
        }
    }

    func put(_ tags: [String: String], _ service: CodePipelineService) async throws(APIError) {
        switch self {
        case .connection(let found):
            var record = found.record
            record.tags = tags
            try await service.change(connections: try record.changes(over: found))
        case .host(let found):
            var record = found.record
            record.tags = tags
            try await service.change(connections: try record.changes(over: found))
        case .declared(let declared): throw .stands(inConfiguration: declared.name)
        }
    }
}

/// `TagResource`: gives a connection or a host tags; a key that it has gets the new value.
struct TagConnection: APIOperation {
    struct Input: Decodable, Sendable {
        var arn: String
        var tags: [ConnectionTag]

        enum CodingKeys: String, CodingKey {
            case arn = "ResourceArn"
            case tags = "Tags"
        }
    }

    static let name = "TagResource"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: ["ResourceArn": .connectionResourceARN, "Tags": .connectionTags])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> EmptyOutput {
        let resource = try await TaggedConnection(input.arn, service)
        let tags = resource.tags.merging(ConnectionTag.values(of: input.tags)) { $1 }
        guard tags.count <= ConnectionTag.limit else { throw .connectionLimit("tags", ConnectionTag.limit) }
        try await resource.put(tags, service)
        return EmptyOutput()
    }
}

/// `UntagResource`. Keys that it hasn't are no error.
struct UntagConnection: APIOperation {
    struct Input: Decodable, Sendable {
        var arn: String
        var keys: [String]

        enum CodingKeys: String, CodingKey {
            case arn = "ResourceArn"
            case keys = "TagKeys"
        }
    }

    static let name = "UntagResource"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: [
            "ResourceArn": .connectionResourceARN, "TagKeys": .list(of: .connectionTagKey, min: 0, max: 200),
        ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> EmptyOutput {
        let resource = try await TaggedConnection(input.arn, service)
        try await resource.put(resource.tags.filter { !input.keys.contains($0.key) }, service)
        return EmptyOutput()
    }
}

/// `ListTagsForResource`: by key.
struct ListConnectionTags: APIOperation {
    struct Input: Decodable, Sendable {
        var arn: String

        enum CodingKeys: String, CodingKey { case arn = "ResourceArn" }
    }

    struct Output: Encodable, Sendable {
        var tags: [ConnectionTag]

        enum CodingKeys: String, CodingKey { case tags = "Tags" }
    }

    static let name = "ListTagsForResource"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: ["ResourceArn": .connectionResourceARN])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        Output(tags: ConnectionTag.list(try await TaggedConnection(input.arn, service).tags))
    }
}
