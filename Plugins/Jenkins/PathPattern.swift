/// A pattern of archived paths as Jenkins' own steps write them: `*` and `?` within a folder, `**` across folders.
struct PathPattern: Sendable {
    private let segments: [String]

    /// Several, separated by commas. One that ends in `/` means all below.
    static func list(_ text: String) -> [PathPattern] {
        text.split(separator: ",").map { part in
            let trimmed = part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
            let whole = String(trimmed)
            return PathPattern(
                segments: (whole.hasSuffix("/") ? whole + "**" : whole).split(separator: "/").map(String.init))
        }
    }

    /// Walks the path once with all places of the pattern that it may have come to.
    func matches(_ path: [String]) -> Bool {
        var places = closed([0])
        for name in path.map(Array.init) {
            var next: Set<Int> = []
            for place in places where place < segments.count {
                if segments[place] == "**" {
                    next.insert(place)
                } else if Self.fits(Array(segments[place]), name) {
                    next.insert(place + 1)
                }
            }
            places = closed(next)
            if places.isEmpty { return false }
        }
        return places.contains(segments.count)
    }

    /// `**` may stand for nothing.
    private func closed(_ places: Set<Int>) -> Set<Int> {
        var all = places
        for var place in places {
            while place < segments.count, segments[place] == "**" {
                place += 1
                all.insert(place)
            }
        }
        return all
    }

    private static func fits(_ pattern: [Character], _ name: [Character]) -> Bool {
        var (p, n) = (0, 0)
        var star: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (p, n)
                p += 1
            } else if p < pattern.count, pattern[p] == "?" || pattern[p] == name[n] {
                p += 1
                n += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                p = last.pattern + 1
                n = last.name + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}
