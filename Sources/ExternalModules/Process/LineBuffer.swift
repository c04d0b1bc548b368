import Foundation
import Glibc

/// Cuts what a module writes into lines.
struct LineBuffer {
    struct TooLong: Error {}

    /// Bytes of the longest line.
    let limit: Int
    private var pending = Data()

    init(limit: Int) { self.limit = limit }

    /// The lines that are whole now, without their ends. Empty ones are left out.
    ///
    /// - Throws: ``TooLong`` when a line passes the limit.
    mutating func take(_ bytes: UnsafeRawBufferPointer) throws(TooLong) -> [Data] {
        var lines: [Data] = []
        var start = 0
        while let end = Self.lineEnd(in: bytes, from: start) {
            pending.append(contentsOf: bytes[start..<end])
            start = end + 1
            guard pending.count <= limit else { throw TooLong() }
            if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
            if !pending.isEmpty { lines.append(pending) }
            pending = Data()
        }
        pending.append(contentsOf: bytes[start...])
        guard pending.count <= limit else { throw TooLong() }
        return lines
    }

    private static func lineEnd(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
