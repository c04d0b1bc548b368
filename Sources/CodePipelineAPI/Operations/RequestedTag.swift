/// A tag that a creation asks for. Tags can't be stored yet, so none is taken: an answer that forgets them would lie.
struct RequestedTag: Decodable, Sendable {
    static let shape = Shape.structure(required: [
        "key": .text(min: 1, max: 128), "value": .text(min: 0, max: 256),
    ])

    var key: String
    var value: String

    /// - Throws: `TooManyTagsException`, `InvalidTagsException`.
    static func check(_ tags: [RequestedTag], on arn: String) throws(APIError) {
        guard !tags.isEmpty else { return }
        if tags.count > 50 {
            throw APIError("TooManyTagsException", "Tag limit exceeded for resource [\(arn)].")
        }
        if tags.contains(where: { $0.key.hasPrefix("aws:") }) {
            throw APIError(
                "InvalidTagsException",
                "Not allowed to modify system tags. System tags start with 'aws:'. "
                    + "msg=[Caller is an end user and not allowed to mutate system tags]")
        }
        throw APIError(
            "InvalidTagsException", "Tags are not available in this version of Penstock; send no tags")
    }
}
