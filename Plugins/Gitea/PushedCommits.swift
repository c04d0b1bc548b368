import PluginKit

/// The commits that a push's payload lists: five at most, unless the server is set otherwise.
struct PushedCommits {
    /// From here on a list of paths is no longer worth its room.
    private static let mostPaths = 3000

    private(set) var all: [GiteaCommit] = []
    private(set) var count = 0

    init() {}

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openArray() else { return }
        while try reader.nextElement() {
            count += 1
            if let commit = try GiteaCommit(reading: &reader) { all.append(commit) }
        }
    }

    func commit(_ id: String) -> GiteaCommit? { all.first { $0.id.lowercased() == id } }

    /// Every path that the push's commits touched, where the payload says that it lists all of them.
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

struct GiteaCommit {
    private(set) var id = ""
    private(set) var message: String?
    private(set) var timestamp: String?
    private(set) var url: String?
    private(set) var authorName: String?
    private(set) var authorEmail: String?
    /// Each list as it stands; `nil` where none is there. A `null` among lists is an empty one.
    private(set) var paths: [String]?

    private static let names = JSONNames([
        "id", "message", "timestamp", "url", "author", "added", "modified", "removed",
    ])
    private static let authorNames = JSONNames(["name", "email"])

    /// `nil` for what is no object with an id.
    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        var odd = false
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "id": id = try reader.identifier() ?? ""
            case "message": message = try reader.string()
            case "timestamp": timestamp = try reader.string()
            case "url": url = try reader.string()
            case "author": try readAuthor(&reader)
            default:
                let isNull = try reader.kind() == .null
                if let list = try reader.strings() { paths = (paths ?? []) + list } else if !isNull { odd = true }
            }
        }
        if odd { paths = nil }
        if id.isEmpty { return nil }
    }

    private mutating func readAuthor(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while let name = try reader.nextMember(of: Self.authorNames) {
            if name == "name" { authorName = try reader.string() } else { authorEmail = try reader.string() }
        }
    }
}
