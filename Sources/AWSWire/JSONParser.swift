import Foundation

/// Reads JSON (RFC 8259) into a tree. Our own because Foundation's loses what the wire must keep: whole numbers
/// beyond 2^53, which of two equal keys came last, and a depth that we choose.
struct JSONParser {
    private let bytes: [UInt8]
    private let maximumDepth: Int
    private var index = 0
    private var depth = 0

    init(_ document: Data, maximumDepth: Int) {
        bytes = Array(document)
        self.maximumDepth = maximumDepth
    }

    mutating func document() throws(WireError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard index == bytes.count else { throw fault("nothing may follow the document") }
        return value
    }

    private mutating func value() throws(WireError) -> JSONValue {
        skipSpace()
        guard index < bytes.count else { throw fault("the document ends where a value should stand") }
        switch bytes[index] {
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw fault("expected a value")
        }
    }

    private mutating func object() throws(WireError) -> [String: JSONValue] {
        try descend()
        var members: [String: JSONValue] = [:]
        if !take("}") {
            repeat {
                skipSpace()
                guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { throw fault("expected a name") }
                let name = try string()
                guard take(":") else { throw fault("expected ':'") }
                members[name] = try value()
            } while take(",")
            guard take("}") else { throw fault("expected ',' or '}'") }
        }
        depth -= 1
        return members
    }

    private mutating func array() throws(WireError) -> [JSONValue] {
        try descend()
        var elements: [JSONValue] = []
        if !take("]") {
            repeat { elements.append(try value()) } while take(",")
            guard take("]") else { throw fault("expected ',' or ']'") }
        }
        depth -= 1
        return elements
    }

    private mutating func descend() throws(WireError) {
        index += 1
        depth += 1
        guard depth <= maximumDepth else { throw fault("nested deeper than \(maximumDepth)") }
    }

    private mutating func string() throws(WireError) -> String {
        let start = index + 1
        index = start
        var unescaped: [UInt8]?
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                let content = unescaped ?? Array(bytes[start..<index])
                guard let text = String(validating: content, as: UTF8.self) else { throw fault("not UTF-8") }
                index += 1
                return text
            case UInt8(ascii: "\\"):
                if unescaped == nil { unescaped = Array(bytes[start..<index]) }
                unescaped?.append(contentsOf: try escape())
            case 0..<0x20: throw fault("a control character must be escaped")
            case let byte:
                unescaped?.append(byte)
                index += 1
            }
        }
        throw fault("the document ends inside a string")
    }

    private mutating func escape() throws(WireError) -> [UInt8] {
        index += 1
        guard index < bytes.count else { throw fault("the document ends inside a string") }
        let letter = bytes[index]
        index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"): return Array(String(Character(try unicodeEscape())).utf8)
        default: throw fault("unknown escape")
        }
    }

    private mutating func unicodeEscape() throws(WireError) -> Unicode.Scalar {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { throw fault("half of a surrogate pair") }
        index += 2
        let second = try fourHexDigits()
        guard 0xDC00...0xDFFF ~= second,
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw fault("half of a surrogate pair") }
        return scalar
    }

    private mutating func fourHexDigits() throws(WireError) -> UInt32 {
        guard index + 4 <= bytes.count else { throw fault("expected four hex digits") }
        var number: UInt32 = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw fault("expected four hex digits")
            }
            number = number << 4 | UInt32(digit)
        }
        index += 4
        return number
    }

    private mutating func number() throws(WireError) -> JSONValue {
        let start = index
        var isWhole = true
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        let digits = skipDigits()
        guard digits == 1 || (digits > 1 && bytes[index - digits] != UInt8(ascii: "0")) else {
            throw fault("not a number")
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            isWhole = false
            index += 1
            guard skipDigits() > 0 else { throw fault("expected digits") }
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            index += 1
            if index < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[index]) { index += 1 }
            guard skipDigits() > 0 else { throw fault("expected digits") }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw fault("the number is too large") }
        return .number(number)
    }

    private mutating func skipDigits() -> Int {
        let start = index
        while index < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[index] { index += 1 }
        return index - start
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(WireError) -> JSONValue {
        let expected = "\(text)".utf8
        guard bytes[index...].starts(with: expected) else { throw fault("expected a value") }
        index += expected.count
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    }

    private func fault(_ reason: String) -> WireError {
        .serialization("The request body is not JSON: \(reason) (byte \(index)).")
    }
}
