/// A full commit id, SHA-1 or SHA-256, in lower case. Short ids are no ids: they may come to mean another commit.
public struct CommitID: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public init?(_ text: String) {
        guard text.utf8.count == 40 || text.utf8.count == 64 else { return nil }
        guard text.utf8.allSatisfy({ Self.isHexDigit($0) }) else { return nil }
        self.text = text.lowercased()
    }

    public var description: String { text }

    /// `nil` for the id of all zeros, by which Git says "nothing".
    public var unlessZero: CommitID? { text.utf8.allSatisfy { $0 == UInt8(ascii: "0") } ? nil : self }

    public var isSHA256: Bool { text.utf8.count == 64 }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
