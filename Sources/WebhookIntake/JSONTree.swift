import Foundation
import PluginKit

/// A delivery's JSON as filters look at it. Of members that occur twice the last counts.
enum JSONTree: Sendable, Equatable {
    case null
    case bool(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([JSONTree])
    case object([String: JSONTree])

    /// Values in one delivery: far more than any host sends, and few enough for memory.
    static let greatestCount = 1_000_000

    /// - Throws: ``PayloadError/notJSON(_:)``, or ``PayloadError/unexpectedShape(_:)`` for too many values.
    init(_ text: Data) throws(PayloadError) {
        var count = 0
        do {
            var reader = try JSONReader(text)
            self = try Self.read(&reader, &count)
            try reader.finish()
        } catch let fault as JSONFault {
            throw .notJSON("it breaks off or goes wrong at byte \(fault.offset)")
        } catch {
            throw .unexpectedShape("it holds more than \(Self.greatestCount) values")
        }
    }

    private struct TooMany: Error {}

    private static func read(_ reader: inout JSONReader, _ count: inout Int) throws -> JSONTree {
        count += 1
        guard count <= greatestCount else { throw TooMany() }
        switch try reader.kind() {
        case .object:
            var members: [String: JSONTree] = [:]
            _ = try reader.openObject()
            while let name = try reader.nextMember() { members[name] = try read(&reader, &count) }
            return .object(members)
        case .array:
            var items: [JSONTree] = []
            _ = try reader.openArray()
            while try reader.nextElement() { items.append(try read(&reader, &count)) }
            return .array(items)
        case .string: return .string(try reader.string() ?? "")
        case .number: return .number(try reader.number() ?? "")
        case .bool: return .bool(try reader.bool() ?? false)
        case .null:
            try reader.skip()
            return .null
        }
    }

    /// What a filter's text is compared with; `nil` where there is no one text.
    var text: String? {
        switch self {
        case .string(let text): text
        case .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}
