/// What both of Bitbucket's forms make of the paths that they list.
enum ChangedPaths {
    /// Each once, in the host's order.
    static func each(_ paths: some Sequence<String?>) -> [String] {
        var seen: Set<String> = []
        var found: [String] = []
        for case .some(let path) in paths where seen.insert(path).inserted { found.append(path) }
        return found
    }
}
