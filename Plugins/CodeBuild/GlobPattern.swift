import Glibc

/// A pattern as buildspecs have it: `**` stands for any number of folders, `*`, `?` and `[…]` for a part of one name,
/// `{a,b}` for either. Hidden files match like all others.
struct GlobPattern: Equatable {
    /// Below the folder that it is looked for in.
    let segments: [String]

    init(segments: [String]) { self.segments = segments }

    /// - Returns: `nil` for a pattern that leads out of the folder by `..`.
    init?(_ text: String) {
        var segments: [String] = []
        for segment in text.split(separator: "/") where segment != "." {
            if segment == ".." {
                guard let last = segments.last, last != "**" else { return nil }
                segments.removeLast()
            } else {
                segments.append(String(segment))
            }
        }
        self.segments = segments
    }

    static func isLiteral(_ segment: String) -> Bool { !segment.contains { "*?[\\".contains($0) } }

    static func matches(_ pattern: String, _ name: String) -> Bool { fnmatch(pattern, name, 0) == 0 }

    /// Whether the pattern names the path itself or a folder above it.
    func covers(_ path: [Substring]) -> Bool { Self.covers(segments[...], path[...]) }

    private static func covers(_ pattern: ArraySlice<String>, _ path: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return true }
        if first == "**" {
            let rest = pattern.dropFirst()
            if rest.isEmpty { return !path.isEmpty }
            return path.indices.contains { covers(rest, path[$0...]) }
        }
        guard let name = path.first, matches(first, String(name)) else { return false }
        return covers(pattern.dropFirst(), path.dropFirst())
    }

    /// `a{b,c}d` → `abd`, `acd`.
    static func alternatives(of text: String) -> [String] {
        guard let open = text.firstIndex(of: "{"), let close = text[open...].firstIndex(of: "}"),
            text[open..<close].contains(",")
        else { return [text] }
        let inside = text[text.index(after: open)..<close].split(separator: ",", omittingEmptySubsequences: false)
        let tails = alternatives(of: String(text[text.index(after: close)...]))
        return inside.flatMap { choice in tails.map { text[..<open] + choice + $0 } }
    }
}
