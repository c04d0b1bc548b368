/// One tag of a connection or a host.
struct ConnectionTag: Codable, Sendable {
    static let shape = Shape.structure(required: [
        "Key": .connectionTagKey, "Value": .text(min: 0, max: 256, .singleLine),
    ])
    /// What the model allows in one call, and a resource in all.
    static let limit = 200

    var key: String
    var value: String

    enum CodingKeys: String, CodingKey {
        case key = "Key"
        case value = "Value"
    }

    /// Of a key that is given twice the last counts.
    static func values(of tags: [ConnectionTag]?) -> [String: String] {
        Dictionary((tags ?? []).map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    static func list(_ tags: [String: String]) -> [ConnectionTag] {
        tags.sorted { $0.key < $1.key }.map { ConnectionTag(key: $0.key, value: $0.value) }
    }
}
