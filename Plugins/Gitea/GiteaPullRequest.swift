import PluginKit

/// `pull_request` as payloads write it.
struct GiteaPullRequest {
    private(set) var title: String?
    private(set) var url: String?
    private(set) var merged: Bool?
    private(set) var author: GiteaAccount?
    private(set) var labels: [String]?
    private(set) var head = GiteaPullRequestEnd()
    private(set) var base = GiteaPullRequestEnd()
    private var draft: Bool?

    private static let names = JSONNames([
        "title", "html_url", "merged", "user", "labels", "head", "base", "draft",
    ])
    private static let labelNames = JSONNames(["name"])

    /// `nil` for what is no object.
    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "title": title = try reader.string()
            case "html_url": url = try reader.string()
            case "merged": merged = try reader.bool()
            case "user": author = try GiteaAccount(reading: &reader)
            case "labels": try readLabels(&reader)
            case "head": head = try GiteaPullRequestEnd(reading: &reader)
            case "base": base = try GiteaPullRequestEnd(reading: &reader)
            default: draft = try reader.bool()
            }
        }
    }

    private mutating func readLabels(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openArray() else { return }
        var names: [String] = []
        while try reader.nextElement() {
            guard try reader.openObject() else { continue }
            while try reader.nextMember(of: Self.labelNames) != nil {
                if let name = try reader.string() { names.append(name) }
            }
        }
        labels = names
    }

    /// Servers that don't say it mark drafts in the title alone.
    var isDraft: Bool? {
        if let draft { return draft }
        let start = title?.prefix(6).uppercased() ?? ""
        return start.hasPrefix("WIP:") || start.hasPrefix("[WIP]") ? true : nil
    }

    /// A source repository that is gone has the id -1 and is `null`.
    var isFromFork: Bool? {
        if let source = head.repositoryID, let target = base.repositoryID { return source != target }
        if head.repositoryIsNull { return true }
        guard let source = head.repository?.fullName, let target = base.repository?.fullName else { return nil }
        return source.lowercased() != target.lowercased()
    }
}

/// One of the two branches of a pull request.
struct GiteaPullRequestEnd {
    private(set) var sha: String?
    private(set) var repository: GiteaRepository?
    private(set) var repositoryIsNull = false
    private var ref: String?
    private var label: String?
    private var statedID: String?

    private static let names = JSONNames(["ref", "label", "sha", "repo", "repo_id"])

    init() {}

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "ref": ref = try reader.string()
            case "label": label = try reader.string()
            case "sha": sha = try reader.string()
            case "repo_id": statedID = try reader.identifier()
            default:
                repositoryIsNull = try reader.kind() == .null
                repository = try GiteaRepository(reading: &reader)
            }
        }
    }

    var repositoryID: String? { statedID ?? repository?.id }

    /// Of a branch that is gone, `ref` is the request's own ref and only the label still has the name.
    var branch: String? {
        guard let ref, !ref.isEmpty else { return nil }
        if ref.hasPrefix("refs/pull/"), let label, !label.isEmpty { return label }
        return ref
    }
}
