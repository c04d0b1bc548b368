import PluginKit

/// A project as payloads write it.
struct GitLabProject {
    private(set) var fullPath: String?
    private var sshURL: String?

    private static let names = JSONNames(["path_with_namespace", "git_ssh_url", "ssh_url"])

    init() {}

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while let name = try reader.nextMember(of: Self.names) {
            if name == "path_with_namespace" { fullPath = try reader.string() } else { sshURL = try reader.string() }
        }
    }

    /// The full path; where a payload has none (jobs'), it is the path of the SSH URL, which holds nothing else.
    var name: String? {
        if let fullPath, !fullPath.isEmpty { return fullPath }
        guard let sshURL, sshURL.hasSuffix(".git") else { return nil }
        let path: Substring?
        if sshURL.hasPrefix("ssh://") {
            path = sshURL.dropFirst(6).drop { $0 != "/" }.dropFirst()
        } else {
            path = sshURL.firstIndex(of: ":").map { sshURL[$0...].dropFirst() }
        }
        guard let path, path.contains("/"), !path.hasPrefix("/") else { return nil }
        return String(path.dropLast(4))
    }
}

/// Somebody whom GitLab authenticated. Older servers send no id: then nobody is known.
struct GitLabAccount {
    let id: String
    let login: String?

    private static let names = JSONNames(["id", "username"])

    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        var id: String?
        var login: String?
        while let name = try reader.nextMember(of: Self.names) {
            if name == "id" { id = try reader.identifier() } else { login = try reader.string() }
        }
        guard let id else { return nil }
        self.id = id
        self.login = login
    }
}

struct GitLabCommit {
    private(set) var id = ""
    private(set) var message: String?
    private(set) var timestamp: String?
    private(set) var url: String?
    private(set) var authorName: String?
    private(set) var authorEmail: String?
    /// Each path once; `nil` where a list is missing, as in system hooks.
    private(set) var paths: [String]?

    private static let names = JSONNames([
        "id", "message", "timestamp", "url", "author", "added", "modified", "removed",
    ])
    private static let authorNames = JSONNames(["name", "email"])
    /// What GitLab writes for an address that nobody may see.
    private static let redacted = "[REDACTED]"

    /// `nil` for what is no object with an id.
    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        var lists = 0
        var found: [String] = []
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "id": id = try reader.identifier() ?? ""
            case "message": message = try reader.string()
            case "timestamp": timestamp = try reader.string()
            case "url": url = try reader.string()
            case "author": try readAuthor(&reader)
            default:
                guard let list = try reader.strings() else { continue }
                lists += 1
                found += list
            }
        }
        if lists == 3 { paths = found }
        if id.isEmpty { return nil }
    }

    private mutating func readAuthor(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while let name = try reader.nextMember(of: Self.authorNames) {
            if name == "name" { authorName = try reader.string() } else { authorEmail = try reader.string() }
        }
        if authorEmail == Self.redacted { authorEmail = nil }
    }
}

/// One ref of a system hook's `repository_update`.
struct RefChange {
    private(set) var ref: String?
    private(set) var before: String?
    private(set) var after: String?

    private static let names = JSONNames(["ref", "before", "after"])

    init(ref: String?, before: String?, after: String?) {
        self.ref = ref
        self.before = before
        self.after = after
    }

    /// Empty for what is no array: a merge request's `changes` is an object.
    static func list(_ reader: inout JSONReader) throws(JSONFault) -> [RefChange] {
        guard try reader.openArray() else { return [] }
        var found: [RefChange] = []
        while try reader.nextElement() {
            guard try reader.openObject() else { continue }
            var change = RefChange(ref: nil, before: nil, after: nil)
            while let name = try reader.nextMember(of: names) {
                switch name {
                case "ref": change.ref = try reader.string()
                case "before": change.before = try reader.string()
                default: change.after = try reader.string()
                }
            }
            found.append(change)
        }
        return found
    }
}
