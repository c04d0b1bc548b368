import Foundation

/// The pages of program code that starting has touched.
enum StartPages {
    /// Gives them back, when the gateway is ready: most are never needed again, and those that are come back from the
    /// page cache when they run. Code is never written to, so nothing is lost. Elsewhere than on Linux it does nothing.
    static func release() {
        guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else { return }
        for line in maps.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count == 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { continue }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2, let start = UnsafeMutableRawPointer(bitPattern: ends[0]) else { continue }
            // A refusal costs memory only.
            _ = madvise(start, Int(ends[1] - ends[0]), MADV_DONTNEED)
        }
    }
}
