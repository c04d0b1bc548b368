import PluginKit

/// The part of Cloud's `pullrequest:*` payloads that an event is made of.
struct CloudPullRequestPayload: BitbucketPayload {
    private(set) var isObject = false
    private(set) var pullRequest: CloudPullRequest?
    private(set) var repository: CloudRepository?
    private(set) var actor: CloudAccount?

    private static let names = JSONNames(["pullrequest", "repository", "actor"])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        isObject = true
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "pullrequest": pullRequest = try CloudPullRequest(reading: &reader)
            case "repository": repository = try CloudRepository(reading: &reader)
            default: actor = try CloudAccount(reading: &reader)
            }
        }
    }
}

struct CloudPullRequest {
    private(set) var id: Int?
    private(set) var title: String?
    /// `OPEN`, `MERGED`, `DECLINED` or `SUPERSEDED`.
    private(set) var state: String?
    private(set) var draft: Bool?
    private(set) var updatedOn: String?
    private(set) var author: CloudAccount?
    private(set) var page: String?
    private(set) var source: CloudPullRequestEnd?
    private(set) var destination: CloudPullRequestEnd?

    private static let names = JSONNames([
        "id", "title", "state", "draft", "updated_on", "author", "links", "source", "destination",
    ])

    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "id": id = try reader.integer()
            case "title": title = try reader.string()
            case "state": state = try reader.string()
            case "draft": draft = try reader.bool()
            case "updated_on": updatedOn = try reader.string()
            case "author": author = try CloudAccount(reading: &reader)
            case "links": page = try CloudLinks(reading: &reader).page
            case "source": source = try CloudPullRequestEnd(reading: &reader)
            default: destination = try CloudPullRequestEnd(reading: &reader)
            }
        }
    }
}

/// One of the two branches of a pull request. The repository is null when a fork was deleted.
struct CloudPullRequestEnd {
    private(set) var branch: String?
    /// Twelve digits as a rule.
    private(set) var hash: String?
    private(set) var repository: CloudRepository?

    private static let names = JSONNames(["branch", "commit", "repository"])
    private static let branchNames = JSONNames(["name"])
    private static let commitNames = JSONNames(["hash"])

    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "repository": repository = try CloudRepository(reading: &reader)
            case "branch":
                guard try reader.openObject() else { continue }
                while try reader.nextMember(of: Self.branchNames) != nil { branch = try reader.string() }
            default:
                guard try reader.openObject() else { continue }
                while try reader.nextMember(of: Self.commitNames) != nil { hash = try reader.string() }
            }
        }
    }
}
