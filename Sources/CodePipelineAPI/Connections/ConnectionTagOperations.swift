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

    /// `false`: somebody else has changed it meanwhile.
    private func put(_ tags: [String: String], _ service: CodePipelineService) async throws(APIError) -> Bool {
        switch self {
        case .connection(let found):
            var record = found.record
            record.tags = tags
            return try await Self.put(record, over: found, service)
        case .host(let found):
            var record = found.record
            record.tags = tags
            return try await Self.put(record, over: found, service)
        case .declared(let declared): throw .stands(inConfiguration: declared.name)
        }
    }

    private static func put<Record: RegistryRecord>(
        _ record: Record, over former: Registered<Record>, _ service: CodePipelineService
    ) async throws(APIError) -> Bool {
        try await service.write { try await $0.put(record, over: former) } == nil
    }

    /// Changes the tags of what has this ARN. Whoever is quicker with a change of the same is not written over: the
    /// model declares no conflict, so it is read and changed again.
    static func change(_ arn: String, _ edit: TagEdit, _ service: CodePipelineService) async throws(APIError) {
        for _ in 0..<attempts {
            let resource = try await TaggedConnection(arn, service)
            let tags = try edit.applied(to: resource.tags)
            if try await resource.put(tags, service) { return }
        }
        throw APIError("ThrottlingException", "\(arn) is changed by too many at once. Try again.")
    }

    private static let attempts = 50
}

private enum TagEdit {
    case give([ConnectionTag])
    case take([String])

    /// - Throws: `LimitExceededException`.
    func applied(to tags: [String: String]) throws(APIError) -> [String: String] {
        switch self {
        case .take(let keys): return tags.filter { !keys.contains($0.key) }
        case .give(let more):
            let all = tags.merging(ConnectionTag.values(of: more)) { $1 }
            guard all.count <= ConnectionTag.limit else {
                throw APIError("LimitExceededException", "A resource can have \(ConnectionTag.limit) tags at most")
            }
            return all
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
        try await TaggedConnection.change(input.arn, .give(input.tags), service)
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
        try await TaggedConnection.change(input.arn, .take(input.keys), service)
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
