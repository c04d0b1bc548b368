import PluginKit

/// The part of any of Gitea's payloads that an event is made of. What isn't named here may be anything; what has an odd
/// type counts as absent. Old servers repeat the hook's secret in `secret`, which is never read.
struct GiteaPayload {
    private(set) var isObject = false
    private(set) var repository: GiteaRepository?
    private(set) var sender: GiteaAccount?
    private(set) var pusher: GiteaAccount?
    private(set) var action: String?
    // Pushes, and refs that were made or deleted.
    private(set) var ref: String?
    private(set) var refType: String?
    private(set) var before: String?
    private(set) var after: String?
    private(set) var headCommit: GiteaCommit?
    private(set) var commits = PushedCommits()
    private(set) var totalCommits: Int?
    // Pull requests and releases.
    private(set) var number: Int?
    private(set) var pullRequest: GiteaPullRequest?
    private(set) var release: GiteaRelease?

    private static let names = JSONNames([
        "repository", "sender", "pusher", "action", "ref", "ref_type", "before", "after", "head_commit", "commits",
        "total_commits", "number", "pull_request", "release",
    ])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        isObject = true
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "repository": repository = try GiteaRepository(reading: &reader)
            case "sender": sender = try GiteaAccount(reading: &reader)
            case "pusher": pusher = try GiteaAccount(reading: &reader)
            case "action": action = try reader.string()
            case "number": number = try reader.integer()
            case "pull_request": pullRequest = try GiteaPullRequest(reading: &reader)
            case "release": release = try GiteaRelease(reading: &reader)
            default: try readPush(name, &reader)
            }
        }
    }

    private mutating func readPush(_ name: String, _ reader: inout JSONReader) throws(JSONFault) {
        switch name {
        case "ref": ref = try reader.string()
        case "ref_type": refType = try reader.string()
        case "before": before = try reader.string()
        case "after": after = try reader.string()
        case "head_commit": headCommit = try GiteaCommit(reading: &reader)
        case "commits": commits = try PushedCommits(reading: &reader)
        default: totalCommits = try reader.integer()
        }
    }
}

struct GiteaRelease {
    private(set) var tag: String?
    private(set) var name: String?
    private(set) var draft: Bool?
    private(set) var prerelease: Bool?
    private(set) var url: String?

    private static let names = JSONNames(["tag_name", "name", "draft", "prerelease", "html_url"])

    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "tag_name": tag = try reader.string()
            case "name": self.name = try reader.string()
            case "draft": draft = try reader.bool()
            case "prerelease": prerelease = try reader.bool()
            default: url = try reader.string()
            }
        }
    }
}
