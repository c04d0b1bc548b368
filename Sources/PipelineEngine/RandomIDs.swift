import Foundation

/// Ids for production: random, never twice.
package struct RandomIDs: IDSource {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

    package init() {}

    /// Version 7: the time in front, 74 random bits behind. Rows that are written together lie together in the ledger's
    /// indexes, so a commit writes a few pages instead of one for each id.
    package mutating func uuid() -> String {
        let milliseconds = UInt64(Date().timeIntervalSince1970 * 1000)
        let head = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0xfff)
        let tail = UInt64.random(in: 0...UInt64.max) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        let digits = Self.hex(head) + Self.hex(tail)
        var text = ""
        text.reserveCapacity(36)
        for (place, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(place) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    package mutating func alphanumerics(_ count: Int) -> String {
        String((0..<count).map { _ in Self.letters.randomElement() ?? "A" })
    }
}
