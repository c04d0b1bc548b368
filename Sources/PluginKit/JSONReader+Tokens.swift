extension JSONReader {
    /// From the opening quote past the closing one: the bytes between them.
    mutating func scanString() throws(JSONFault) -> (range: Range<Int>, hasEscapes: Bool) {
        let start = position + 1
        var hasEscapes = false
        var place = start
        while true {
            place = endOfPlainText(from: place)
            guard place < bytes.count else { break }
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") {
                position = place + 1
                return (start..<place, hasEscapes)
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                place = try end(ofEscapeAt: place)
                continue
            }
            break
        }
        position = place
        throw fault
    }

    /// The place of the next quote, backslash or control character, eight bytes at a time.
    private func endOfPlainText(from start: Int) -> Int {
        var place = start
        bytes.withUnsafeBytes { text in
            while place + 8 <= text.count {
                let word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                let found = Self.marks(word)
                if found != 0 {
                    place += found.trailingZeroBitCount / 8
                    return
                }
                place += 8
            }
        }
        while place < bytes.count, !Self.endsPlainText(bytes[place]) { place += 1 }
        return place
    }

    private static func endsPlainText(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// The lowest bit that is set marks the first byte that ends plain text; what is above it means nothing.
    private static func marks(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let quotes = word ^ ones &* UInt64(UInt8(ascii: "\""))
        let escapes = word ^ ones &* UInt64(UInt8(ascii: "\\"))
        let controls = (word &- ones &* 0x20) & ~word
        return (controls | (quotes &- ones) & ~quotes | (escapes &- ones) & ~escapes) & highs
    }

    private func end(ofEscapeAt place: Int) throws(JSONFault) -> Int {
        guard place + 1 < bytes.count else { throw JSONFault(offset: place) }
        switch bytes[place + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return place + 2
        case UInt8(ascii: "u"):
            guard hexValue(at: place + 2) != nil else { throw JSONFault(offset: place) }
            return place + 6
        default: throw JSONFault(offset: place)
        }
    }

    private func hexValue(at place: Int) -> UInt32? {
        guard place + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[place..<place + 4] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return value
    }

    /// The text of a string's bytes. Half a surrogate pair, which stands for no character, becomes U+FFFD.
    func text(_ range: Range<Int>, hasEscapes: Bool) -> String {
        guard hasEscapes else { return String(decoding: bytes[range], as: UTF8.self) }
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var place = range.lowerBound
        while place < range.upperBound {
            guard bytes[place] == UInt8(ascii: "\\") else {
                result.append(bytes[place])
                place += 1
                continue
            }
            place += unescape(at: place, into: &result)
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// - Returns: how many bytes the escape takes, or a pair of them that makes one character.
    private func unescape(at place: Int, into result: inout [UInt8]) -> Int {
        switch bytes[place + 1] {
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0c)
        case UInt8(ascii: "n"): result.append(0x0a)
        case UInt8(ascii: "r"): result.append(0x0d)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"):
            let high = hexValue(at: place + 2) ?? 0xfffd
            if 0xd800...0xdbff ~= high, place + 7 < bytes.count, bytes[place + 6] == UInt8(ascii: "\\"),
                bytes[place + 7] == UInt8(ascii: "u"), let low = hexValue(at: place + 8), 0xdc00...0xdfff ~= low,
                let scalar = Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
            {
                result.append(contentsOf: String(scalar).utf8)
                return 12
            }
            result.append(contentsOf: String(Unicode.Scalar(high) ?? "\u{fffd}").utf8)
            return 6
        case let byte: result.append(byte)
        }
        return 2
    }

    mutating func scanNumber() throws(JSONFault) -> Range<Int> {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
            position += 1
        } else {
            try scanDigits()
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try scanDigits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try scanDigits()
        }
        return start..<position
    }

    /// One digit or more.
    private mutating func scanDigits() throws(JSONFault) {
        let start = position
        while position < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[position] { position += 1 }
        guard position > start else { throw fault }
    }

    mutating func scanWord(_ word: StaticString) throws(JSONFault) {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count else { throw fault }
        for index in 0..<word.utf8CodeUnitCount where bytes[position + index] != word.utf8Start[index] { throw fault }
        position = end
    }
}
