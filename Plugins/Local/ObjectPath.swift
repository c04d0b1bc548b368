/// Where an object lies below its bucket's folder.
///
/// Each segment of a key becomes one name: percent-encoded, then `.d` for a folder or `.o` for the object, so that
/// the keys `a`, `a/b` and `a/` live beside each other and no key can name a place outside. A segment of
/// ``pieceLength`` bytes or more is cut into `.p` folders, as file names end at 255 bytes. Read level by level, a
/// folder counting as its name and `/`, the tree is in the order of the keys' bytes.
enum ObjectPath {
    static let longestKey = 1024
    static let pieceLength = 60

    enum Kind: String {
        case object = ".o"
        case folder = ".d"
        case piece = ".p"
    }

    /// - Returns: `nil` for keys that no store takes: empty, too long, with NUL, or with a `.` or `..` segment.
    static func components(of key: String) -> [String]? {
        let bytes = Array(key.utf8)
        guard !bytes.isEmpty, bytes.count <= longestKey, !bytes.contains(0) else { return nil }
        let segments = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let dot = [UInt8(ascii: ".")]
        guard !segments.contains(where: { $0.elementsEqual(dot) || $0.elementsEqual(dot + dot) }) else { return nil }
        return segments.enumerated().flatMap { index, segment in
            components(of: segment, last: index == segments.count - 1 ? .object : .folder)
        }
    }

    private static func components(of segment: ArraySlice<UInt8>, last: Kind) -> [String] {
        var names: [String] = []
        var rest = segment
        // A segment of exactly the length is cut too, else it would sort among the pieces' contents.
        while rest.count >= pieceLength {
            names.append(encode(rest.prefix(pieceLength)) + Kind.piece.rawValue)
            rest = rest.dropFirst(pieceLength)
        }
        return names + [encode(rest) + last.rawValue]
    }

    /// What a name in the tree stands for; `nil` for a name that isn't ours.
    static func parse(_ name: String) -> (kind: Kind, bytes: [UInt8])? {
        guard let kind = Kind(rawValue: String(name.suffix(2))) else { return nil }
        return decode(name.dropLast(2)).map { (kind, $0) }
    }

    private static func encode(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            isPlain(byte) ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    private static func decode(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let decoded = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                    return nil
                }
                bytes.append(decoded)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
