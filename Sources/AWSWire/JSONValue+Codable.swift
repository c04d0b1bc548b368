package import Foundation

extension JSONValue: Codable {
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
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
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
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// Reads a document.
    ///
    /// - Parameter maximumDepth: of objects and arrays in one another.
    /// - Throws: ``WireError/serialization(_:)`` naming the byte where the document stops being JSON.
    package init(parsing document: Data, maximumDepth: Int = 64) throws(WireError) {
        var parser = JSONParser(document, maximumDepth: maximumDepth)
        self = try parser.document()
    }

    /// Gives the tree a type, by AWS's JSON rules: times are epoch seconds, blobs base64, unknown members ignored.
    ///
    /// - Throws: ``WireError/serialization(_:)`` naming the member that is missing or has another type.
    package func decode<T: Decodable>(_ type: T.Type) throws(WireError) -> T {
        do {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .secondsSince1970
            return try decoder.decode(type, from: JSONBody.encode(self))
        } catch let error as DecodingError {
            throw .serialization(Self.reason(error))
        } catch {
            throw .serialization("\(error)")
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
            return path.isEmpty ? "the request" : String(path.drop { $0 == "." })
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(place(context)): member '\(key.stringValue)' is missing"
        case .typeMismatch(let type, let context): return "\(place(context)): expected \(jsonName(type))"
        case .valueNotFound(let type, let context): return "\(place(context)): expected \(jsonName(type)), found null"
        case .dataCorrupted(let context): return "\(place(context)): \(context.debugDescription)"
        @unknown default: return "the request can't be read"
        }
    }

    private static func jsonName(_ type: Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "a boolean"
        case is any BinaryInteger.Type, is any BinaryFloatingPoint.Type, is Date.Type: "a number"
        default: "\(type)".hasPrefix("Array") ? "a list" : "a structure"
        }
    }
}
