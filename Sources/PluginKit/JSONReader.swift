public import Foundation

/// Reads a JSON text once, from front to back, and makes values only of what is asked for.
///
/// For the payloads of hosts, which are large and of which little is needed. The whole text is checked against JSON's
/// rules (RFC 8259, UTF-8) by reading it to its end and calling ``finish()``; until then nothing that was read counts.
/// Each reading call takes one value; a value of another kind than asked for is passed over and reads as `nil`.
/// Of members that occur twice, the caller sees both, in order.
public struct JSONReader {
    public enum Kind: Sendable, Equatable { case object, array, string, number, bool, null }

    /// Deeper nesting is refused, as Foundation's decoder does.
    public static let greatestDepth = 512

    let bytes: [UInt8]
    var position = 0
    private var depth = 0
    /// A container was opened and nothing of it read.
    private var isFresh = false

    /// - Throws: when the text is not UTF-8.
    public init(_ text: Data) throws(JSONFault) {
        bytes = Array(text)
        guard String(validating: bytes, as: UTF8.self) != nil else { throw JSONFault(offset: 0) }
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    }

    // MARK: Values

    /// The kind of the next value, which is not taken.
    public mutating func kind() throws(JSONFault) -> Kind {
        switch try firstByte() {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw fault
        }
    }

    public mutating func string() throws(JSONFault) -> String? {
        guard try kind() == .string else { return try pass() }
        let (range, hasEscapes) = try scanString()
        return text(range, hasEscapes: hasEscapes)
    }

    /// A number that is written as an integer.
    public mutating func integer() throws(JSONFault) -> Int? {
        guard try kind() == .number else { return try pass() }
        return Int(text(try scanNumber(), hasEscapes: false))
    }

    /// A number as it is written.
    public mutating func number() throws(JSONFault) -> String? {
        guard try kind() == .number else { return try pass() }
        return text(try scanNumber(), hasEscapes: false)
    }

    public mutating func bool() throws(JSONFault) -> Bool? {
        guard try kind() == .bool else { return try pass() }
        let isTrue = bytes[position] == UInt8(ascii: "t")
        try skip()
        return isTrue
    }

    /// The elements of an array of strings; `nil` when one of them is something else.
    public mutating func strings() throws(JSONFault) -> [String]? {
        guard try openArray() else { return nil }
        var result: [String]? = []
        while try nextElement() {
            if let text = try string() { result?.append(text) } else { result = nil }
        }
        return result
    }

    /// Takes a value that nobody wants.
    public mutating func skip() throws(JSONFault) {
        switch try kind() {
        case .object:
            try open()
            while try enterMember() {
                _ = try scanString()
                try takeColon()
                try skip()
            }
        case .array:
            try open()
            while try nextElement() { try skip() }
        case .string: _ = try scanString()
        case .number: _ = try scanNumber()
        case .bool: try scanWord(bytes[position] == UInt8(ascii: "t") ? "true" : "false")
        case .null: try scanWord("null")
        }
    }

    private mutating func pass<Value>() throws(JSONFault) -> Value? {
        try skip()
        return nil
    }

    /// The text holds nothing more.
    public mutating func finish() throws(JSONFault) {
        skipSpace()
        guard position == bytes.count, depth == 0 else { throw fault }
    }

    // MARK: Objects and arrays

    /// Goes into an object; what isn't one is passed over, and `false`. Read it with ``nextMember(of:)`` to its end.
    public mutating func openObject() throws(JSONFault) -> Bool {
        guard try kind() == .object else {
            try skip()
            return false
        }
        try open()
        return true
    }

    /// The next member of one of these names, whose value must be taken before the next call; other members are passed
    /// over. `nil` at the object's end, which it leaves.
    public mutating func nextMember(of names: JSONNames) throws(JSONFault) -> String? {
        while try enterMember() {
            let (range, hasEscapes) = try scanString()
            try takeColon()
            let index =
                hasEscapes ? names.index(of: text(range, hasEscapes: true)) : names.index(of: range, in: bytes)
            if let index { return names.texts[index] }
            try skip()
        }
        return nil
    }

    /// The next member, whatever its name, whose value must be taken before the next call. `nil` at the object's end,
    /// which it leaves.
    public mutating func nextMember() throws(JSONFault) -> String? {
        guard try enterMember() else { return nil }
        let (range, hasEscapes) = try scanString()
        try takeColon()
        return text(range, hasEscapes: hasEscapes)
    }

    /// Goes into an array; what isn't one is passed over, and `false`. Read it with ``nextElement()`` to its end.
    public mutating func openArray() throws(JSONFault) -> Bool {
        guard try kind() == .array else {
            try skip()
            return false
        }
        try open()
        return true
    }

    /// Whether there is another element, which must be taken before the next call. At the array's end, it leaves it.
    public mutating func nextElement() throws(JSONFault) -> Bool { try goOn(until: UInt8(ascii: "]")) }

    private mutating func enterMember() throws(JSONFault) -> Bool {
        guard try goOn(until: UInt8(ascii: "}")) else { return false }
        guard try firstByte() == UInt8(ascii: "\"") else { throw fault }
        return true
    }

    private mutating func open() throws(JSONFault) {
        depth += 1
        guard depth <= Self.greatestDepth else { throw fault }
        position += 1
        isFresh = true
    }

    private mutating func goOn(until end: UInt8) throws(JSONFault) -> Bool {
        let byte = try firstByte()
        if byte == end {
            position += 1
            depth -= 1
            isFresh = false
            return false
        }
        if isFresh {
            isFresh = false
            return true
        }
        guard byte == UInt8(ascii: ",") else { throw fault }
        position += 1
        return true
    }

    private mutating func takeColon() throws(JSONFault) {
        guard try firstByte() == UInt8(ascii: ":") else { throw fault }
        position += 1
    }

    // MARK: Bytes

    var fault: JSONFault { JSONFault(offset: position) }

    private mutating func firstByte() throws(JSONFault) -> UInt8 {
        skipSpace()
        guard position < bytes.count else { throw fault }
        return bytes[position]
    }

    private mutating func skipSpace() {
        // Nearly always there is none.
        while position < bytes.count, bytes[position] <= 0x20 {
            switch bytes[position] {
            case 0x20, 0x0a, 0x0d, 0x09: position += 1
            default: return
            }
        }
    }
}

/// The names of an object's members that a reader wants.
public struct JSONNames: Sendable {
    let texts: [String]
    /// The names one after another, and where each ends.
    private let bytes: [UInt8]
    private let ends: [Int]
    /// One bit for each length that a name has: most members of a payload are told apart by it.
    private let lengths: UInt64

    public init(_ names: [String]) {
        texts = names
        bytes = names.flatMap { Array($0.utf8) }
        var ends: [Int] = []
        var lengths: UInt64 = 0
        for name in names {
            ends.append((ends.last ?? 0) + name.utf8.count)
            lengths |= 1 << UInt64(min(name.utf8.count, 63))
        }
        self.ends = ends
        self.lengths = lengths
    }

    func index(of range: Range<Int>, in text: [UInt8]) -> Int? {
        guard lengths & 1 << UInt64(min(range.count, 63)) != 0 else { return nil }
        var start = 0
        for index in ends.indices {
            let end = ends[index]
            if end - start == range.count, isSame(start, as: range, in: text) { return index }
            start = end
        }
        return nil
    }

    private func isSame(_ start: Int, as range: Range<Int>, in text: [UInt8]) -> Bool {
        for offset in 0..<range.count where bytes[start + offset] != text[range.lowerBound + offset] { return false }
        return true
    }

    func index(of text: String) -> Int? {
        let text = Array(text.utf8)
        return index(of: text.startIndex..<text.endIndex, in: text)
    }
}

/// A text that breaks JSON's rules, and where. Holds nothing of the text itself.
public struct JSONFault: Error, Sendable, Equatable {
    public let offset: Int
}
