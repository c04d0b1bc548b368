import Foundation

/// Writes records as JSON, each in one pass: what `JSONDecoder` reads is what was written.
///
/// Every event and record of the ledger passes through here on the writer's only thread, and Foundation's encoder, which
/// first builds a tree of dictionaries, had a third of its time. Errors carry no coding path. Not `Sendable`: the buffer
/// is used again.
struct RecordEncoder {
    private let text = RecordText()

    /// - Throws: `EncodingError` for numbers that JSON doesn't have.
    func encode(_ value: some Encodable) throws -> Data {
        text.clear()
        try text.write(value)
        return Data(text.bytes)
    }
}

/// JSON that is being written: the bytes so far and what has to be closed yet.
final class RecordText {
    private(set) var bytes: [UInt8] = []
    private var closers: [UInt8] = []

    /// How many objects and arrays are open.
    var depth: Int { closers.count }

    func clear() {
        bytes.removeAll(keepingCapacity: true)
        closers.removeAll(keepingCapacity: true)
    }

    func write<Value: Encodable>(_ value: Value) throws {
        if Self.hasFormOfItsOwn(Value.self) { return bytes += try JSONEncoder().encode(value) }
        let (place, outer) = (bytes.count, depth)
        try value.encode(to: RecordPlace(text: self, depth: outer))
        if bytes.count == place { open("{", "}") }
        close(to: outer)
    }

    /// Types that `JSONDecoder` doesn't read in the way in which they write themselves.
    private static func hasFormOfItsOwn(_ type: any Encodable.Type) -> Bool {
        type == Data.self || type == URL.self || type == Decimal.self
    }

    func open(_ opener: Unicode.Scalar, _ closer: Unicode.Scalar) {
        bytes.append(UInt8(ascii: opener))
        closers.append(UInt8(ascii: closer))
    }

    func close(to depth: Int) {
        while let closer = closers.last, closers.count > depth {
            bytes.append(closer)
            closers.removeLast()
        }
    }

    /// Goes to the next place in the object or array of this depth.
    func next(at depth: Int) {
        close(to: depth)
        if let last = bytes.last, last != UInt8(ascii: "{"), last != UInt8(ascii: "[") {
            bytes.append(UInt8(ascii: ","))
        }
    }

    func next(_ key: some CodingKey, at depth: Int) {
        next(at: depth)
        write(string: key.stringValue)
        bytes.append(UInt8(ascii: ":"))
    }

    // MARK: Scalars

    func writeNull() { bytes += "null".utf8 }

    func write(bool: Bool) { bytes += (bool ? "true" : "false").utf8 }

    func write(integer: some BinaryInteger) { bytes += integer.description.utf8 }

    func write(float: some BinaryFloatingPoint & CustomStringConvertible) throws {
        guard float.isFinite else {
            throw EncodingError.invalidValue(float, .init(codingPath: [], debugDescription: "JSON has no such number"))
        }
        bytes += float.description.utf8
    }

    func write(string: String) {
        bytes.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { characters in
            var plain = 0
            for (place, character) in characters.enumerated()
            where character < 0x20 || character == UInt8(ascii: "\"") || character == UInt8(ascii: "\\") {
                bytes += characters[plain..<place]
                escape(character)
                plain = place + 1
            }
            bytes += characters[plain...]
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func escape(_ character: UInt8) {
        if character >= 0x20 {
            bytes += [UInt8(ascii: "\\"), character]
        } else {
            bytes += (character < 0x10 ? "\\u000" : "\\u00").utf8
            bytes += String(character, radix: 16).utf8
        }
    }
}
