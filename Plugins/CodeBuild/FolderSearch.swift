import Foundation

/// Finds the files below a folder that a pattern names. Sorted, so that the same folder gives the same artifact.
struct FolderSearch {
    /// Without links. What lies outside is never looked at.
    let boundary: String
    /// Whether links are found as links; else what they lead to is found in their place.
    let keepLinks: Bool
    /// Hears of links that lead out of the boundary or nowhere, and of folders that can't be read.
    let skipped: (String) -> Void

    struct Hit: Equatable {
        /// As the pattern reaches it, below the folder.
        let name: String
        /// Without links.
        let real: String
    }

    /// All files that the pattern names, in folders that it names too.
    func files(_ pattern: GlobPattern, below folder: String) -> [Hit] {
        var hits: [Hit] = []
        walk(pattern.segments[...], folder, "", [folder], &hits)
        var seen: Set<String> = []
        return hits.filter { seen.insert($0.name).inserted }
    }

    /// The folders themselves that the pattern names.
    func folders(_ pattern: GlobPattern, below folder: String) -> [String] {
        var found = [folder]
        for segment in pattern.segments {
            found = found.flatMap { parent in
                names(in: parent, matching: segment).compactMap { realFolder("\(parent)/\($0)") }
            }
        }
        return found
    }

    private func walk(
        _ pattern: ArraySlice<String>, _ folder: String, _ prefix: String, _ above: [String], _ hits: inout [Hit]
    ) {
        guard let segment = pattern.first else { return everything(folder, prefix, above, &hits) }
        let rest = pattern.dropFirst()
        if segment == "**" {
            if rest.isEmpty { return everything(folder, prefix, above, &hits) }
            walk(rest, folder, prefix, above, &hits)
        }
        let isDeep = segment == "**"
        for name in names(in: folder, matching: isDeep ? "*" : segment) {
            switch look("\(folder)/\(name)") {
            case .file(let real): if !isDeep, rest.isEmpty { hits.append(Hit(name: prefix + name, real: real)) }
            case .folder(let real):
                // `dir/*` is one level; a plain name, without a wildcard, stands for all that the folder holds.
                if above.contains(real) || !isDeep && rest.isEmpty && !GlobPattern.isLiteral(segment) { continue }
                walk(isDeep ? pattern : rest, real, prefix + name + "/", above + [real], &hits)
            case .nothing: continue
            }
        }
    }

    private func everything(_ folder: String, _ prefix: String, _ above: [String], _ hits: inout [Hit]) {
        for name in names(in: folder, matching: "*") {
            switch look("\(folder)/\(name)") {
            case .file(let real): hits.append(Hit(name: prefix + name, real: real))
            case .folder(let real):
                if !above.contains(real) { everything(real, prefix + name + "/", above + [real], &hits) }
            case .nothing: continue
            }
        }
    }

    private enum Look { case file(String), folder(String), nothing }

    private func look(_ path: String) -> Look {
        switch RealPath.kind(path) {
        case .file: return .file(path)
        case .folder: return .folder(path)
        case .link:
            guard let real = RealPath.of(path), RealPath.isInside(real, boundary) else {
                skipped(path)
                return .nothing
            }
            return keepLinks ? .file(path) : look(real)
        case .other, nil: return .nothing
        }
    }

    private func realFolder(_ path: String) -> String? {
        guard let real = RealPath.of(path), RealPath.isInside(real, boundary), RealPath.kind(real) == .folder else {
            return nil
        }
        return real
    }

    private func names(in folder: String, matching pattern: String) -> [String] {
        if GlobPattern.isLiteral(pattern) { return RealPath.kind("\(folder)/\(pattern)") == nil ? [] : [pattern] }
        let all: [String]
        do {
            all = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            skipped(folder)
            return []
        }
        return all.filter { pattern == "*" || GlobPattern.matches(pattern, $0) }.sorted()
    }
}
