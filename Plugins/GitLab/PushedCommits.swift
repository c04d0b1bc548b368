import PluginKit

/// The commits that a push's payload lists: the newest 20 at most.
struct PushedCommits {
    /// From here on a list of paths is no longer worth its room.
    private static let mostPaths = 3000

    private(set) var all: [GitLabCommit] = []
    private(set) var count = 0

    init() {}

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openArray() else { return }
        while try reader.nextElement() {
            count += 1
            if let commit = try GitLabCommit(reading: &reader) { all.append(commit) }
        }
    }

    /// The listed commit of that id.
    func commit(_ id: String?) -> GitLabCommit? {
        guard let id = id?.lowercased() else { return nil }
        return all.last { $0.id.lowercased() == id }
    }

    /// Every path that the push's commits touched, where the payload lists all of them, the head among them.
    func changedPaths(upTo head: String, outOf total: Int?) -> [String]? {
        guard count > 0, total == count, all.count == count, commit(head) != nil else { return nil }
        var paths: [String] = []
        var seen: Set<String> = []
        for commit in all {
            guard let touched = commit.paths else { return nil }
            for path in touched where seen.insert(path).inserted { paths.append(path) }
            if paths.count > Self.mostPaths { return nil }
        }
        return paths
    }
}
