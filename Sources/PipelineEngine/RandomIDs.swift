import Foundation

/// Ids for production: random, never twice.
package struct RandomIDs: IDSource {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    private static let hexDigits = Array("0123456789abcdef".utf8)

    package init() {}

    /// Version 7: the time in front, 74 random bits behind. Rows that are written together lie together in the ledger's
    /// indexes, so a commit writes a few pages instead of one for each id.
    package mutating func uuid() -> String {
        let milliseconds = UInt64(Date().timeIntervalSince1970 * 1000)
        let head = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0xfff)
        let tail = UInt64.random(in: 0...UInt64.max) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    text[place] = UInt8(ascii: "-")
                    place += 1
                }
                let number = digit < 16 ? head : tail
                text[place] = Self.hexDigits[Int(number >> UInt64(60 - digit % 16 * 4) & 15)]
                place += 1
            }
            return place
        }
    }

    package mutating func alphanumerics(_ count: Int) -> String {
        String(unsafeUninitializedCapacity: count) { text in
            var pool: UInt64 = 0
            for place in 0..<count {
                // Ten letters of a number: each draw asks the kernel.
                if place % 10 == 0 { pool = .random(in: 0..<839_299_365_868_340_224) }
                text[place] = Self.letters[Int(pool % 62)]
                pool /= 62
            }
            return count
        }
    }
}
