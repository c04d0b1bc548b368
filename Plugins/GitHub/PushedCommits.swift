import PluginKit

/// The commits that a push's payload lists, as far as the paths that they changed are told by it.
struct PushedCommits {
    /// A payload holds this many at most; so many may be cut.
    private static let most = 2048
    /// From here on GitHub cuts a commit's lists, and a list is no longer worth its room.
    private static let mostPaths = 3000

    private(set) var count = 0
    /// The last one's, the push's head in a complete list.
    private(set) var lastID: String?
    /// Each path once, in the order of the payload.
    private var paths: [String] = []
    private var seen: Set<String> = []
    private var isComplete = true

    private static let names = JSONNames(["id", "added", "modified", "removed"])

    init() {}

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openArray() else { return }
        while try reader.nextElement() {
            count += 1
            if isComplete { try readCommit(&reader) } else { try reader.skip() }
        }
    }

    /// Every path that the push touched, where the payload tells all of them up to the commit `head`.
    func changedPaths(upTo head: String) -> [String]? {
        guard isComplete, count > 0, count < Self.most, lastID?.lowercased() == head else { return nil }
        return paths
    }

    /// A commit without any path is a very large one, whose lists are left out, or one that changes nothing: the
    /// payload doesn't say which.
    private mutating func readCommit(_ reader: inout JSONReader) throws(JSONFault) {
        var touched = 0
        if try reader.openObject() {
            while let name = try reader.nextMember(of: Self.names) {
                if name == "id" {
                    lastID = try reader.string()
                } else if let list = try reader.strings() {
                    touched += list.count
                    add(list)
                } else {
                    isComplete = false
                }
            }
        }
        if touched == 0 || touched >= Self.mostPaths || paths.count >= Self.mostPaths { isComplete = false }
    }

    private mutating func add(_ list: [String]) {
        for path in list where seen.insert(path).inserted { paths.append(path) }
    }
}
