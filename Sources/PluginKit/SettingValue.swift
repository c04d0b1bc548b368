import Foundation

/// A piece of configuration as it was read, before a module gives it a type.
public enum SettingValue: Sendable, Equatable, Codable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case list([SettingValue])
    case map([String: SettingValue])

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([SettingValue].self) {
            self = .list(value)
        } else {
            self = .map(try container.decode([String: SettingValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .map(let value): try container.encode(value)
        }
    }

    public subscript(key: String) -> SettingValue? {
        guard case .map(let members) = self else { return nil }
        return members[key]
    }

    /// The first number that is no whole one, with its path, e.g. `.delivery_days`.
    private var fraction: (path: String, number: Double)? {
        switch self {
        case .number(let number): return ("", number)
        case .map(let members):
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                if let found = value.fraction { return (".\(key)\(found.path)", found.number) }
            }
        case .list(let items):
            for item in items { if let found = item.fraction { return found } }
        default: break
        }
        return nil
    }

    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// Gives the value a type.
    ///
    /// - Parameters:
    ///   - place: where the value stands, for the message, e.g. `modules.CodeBuild`.
    ///   - keys: the members that are known at this level; another one is an error, so a typing slip is not ignored.
    /// - Throws: ``SettingsError`` naming the member and what was expected.
    public func decode<T: Decodable>(_ type: T.Type, at place: String, knownKeys keys: Set<String>? = nil) throws -> T {
        if let keys, case .map(let members) = self,
            let unknown = members.keys.sorted().first(where: { !keys.contains($0) })
        {
            throw SettingsError(
                place: "\(place).\(unknown)",
                message: "unknown setting; known here: \(keys.sorted().joined(separator: ", "))")
        }
        do {
            return try JSONDecoder().decode(type, from: JSONEncoder().encode(self == .null ? .map([:]) : self))
        } catch let error as DecodingError {
            // For a fraction where a whole number should be, the decoder names neither the place nor the fault.
            if case .dataCorrupted(let context) = error, context.codingPath.isEmpty, let (path, number) = fraction {
                throw SettingsError(place: place + path, message: "must be a whole number, not \(number)")
            }
            throw SettingsError(place: place, decoding: error)
        }
    }
}

/// A setting that can't be used: where it stands and what to do about it.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    public let place: String
    public let message: String

    public init(place: String, message: String) {
        self.place = place
        self.message = message
    }

    init(place: String, decoding error: DecodingError) {
        let context: DecodingError.Context
        var message: String
        switch error {
        case .keyNotFound(let key, let found):
            context = found
            message = "the setting '\(key.stringValue)' is missing"
        case .typeMismatch(let type, let found):
            context = found
            message = "expected \(type)"
        case .valueNotFound(let type, let found):
            context = found
            message = "expected \(type), found nothing"
        case .dataCorrupted(let found):
            context = found
            message = found.debugDescription
        @unknown default:
            context = .init(codingPath: [], debugDescription: "")
            message = "can't be read"
        }
        self.place = ([place] + context.codingPath.map(\.stringValue)).joined(separator: ".")
        self.message = message
    }

    public var description: String { "\(place): \(message)" }
}
