package import Foundation

/// A request's input as the door read it, free of any protocol.
///
/// Doors make one from their own wire form (or decode JSON straight into it); the shape layer checks it.
package indirect enum Document: Sendable, Equatable, Codable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case list([Document])
    case structure([String: Document])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([Document].self) {
            self = .list(value)
        } else {
            self = .structure(try container.decode([String: Document].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .structure(let value): try container.encode(value)
        }
    }

    package subscript(member: String) -> Document? {
        guard case .structure(let members) = self else { return nil }
        return members[member]
    }

    /// Reads the bytes of a JSON text.
    ///
    /// - Throws: `SerializationException` when they aren't JSON.
    package init(json: Data) throws(APIError) {
        do {
            self = try JSONDecoder().decode(Document.self, from: json)
        } catch {
            throw .serialization("The request body isn't valid JSON")
        }
    }

    /// Gives a document that passed its shape check a type.
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try JSONDecoder().decode(type, from: JSONEncoder().encode(self))
    }
}
