/// One tag of a request or an answer.
struct RequestedTag: Codable, Sendable {
    static let shape = Shape.structure(required: ["key": .tagKey, "value": .text(min: 0, max: 256)])

    private static let limit = 50

    var key: String
    var value: String

    /// What a request gives a resource. Whether all its tags together are too many is the engine's question.
    ///
    /// - Throws: `TooManyTagsException`, `InvalidTagsException`.
    static func values(of tags: [RequestedTag], on arn: String) throws(APIError) -> [String: String] {
        guard tags.count <= limit else { throw .tooManyTags(on: arn) }
        try check(tags.map(\.key))
        var values: [String: String] = [:]
        for tag in tags {
            guard values.updateValue(tag.value, forKey: tag.key) == nil else {
                throw APIError("InvalidTagsException", "The tag key '\(tag.key)' is given more than once")
            }
        }
        return values
    }

    /// - Throws: `InvalidTagsException` for the system's own keys.
    static func check(_ keys: [String]) throws(APIError) {
        guard keys.contains(where: { $0.lowercased().hasPrefix("aws:") }) else { return }
        throw APIError(
            "InvalidTagsException",
            "Not allowed to modify system tags. System tags start with 'aws:'. "
                + "msg=[Caller is an end user and not allowed to mutate system tags]")
    }
}

extension APIError {
    static func tooManyTags(on arn: String) -> APIError {
        APIError("TooManyTagsException", "Tag limit exceeded for resource [\(arn)].")
    }
}
