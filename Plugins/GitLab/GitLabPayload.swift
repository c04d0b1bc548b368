import PluginKit

/// The part of any of GitLab's payloads that an event is made of.
///
/// The kind stands in the payload itself and may come last, so members of all kinds are read in one pass. What isn't
/// named here may be anything; what has an odd type counts as absent.
struct GitLabPayload {
    private(set) var isObject = false
    private(set) var objectKind: String?
    private(set) var eventName: String?
    private(set) var project = GitLabProject()
    private(set) var repository = GitLabProject()
    private(set) var user: GitLabAccount?
    private(set) var commit: GitLabCommit?
    // Pushes.
    private(set) var ref: String?
    private(set) var before: String?
    private(set) var after: String?
    private(set) var checkoutSHA: String?
    private(set) var userID: String?
    private(set) var userLogin: String?
    private(set) var commits = PushedCommits()
    private(set) var totalCommits: Int?
    /// A system hook's `repository_update`: each ref of the push.
    private(set) var refChanges: [RefChange] = []
    // Merge requests and pipelines.
    private(set) var attributes = GitLabAttributes()
    private(set) var labels: [String]?
    private(set) var mergeRequestIsFromFork: Bool?
    // Jobs and releases.
    private(set) var job = GitLabJob()
    private(set) var release = GitLabRelease()

    private static let names = JSONNames([
        "object_kind", "event_name", "project", "repository", "user", "commit", "ref", "before", "after",
        "checkout_sha", "user_id", "user_username", "commits", "total_commits_count", "changes", "object_attributes",
        "labels", "merge_request", "sha", "tag", "build_id", "build_name", "build_status", "action", "name", "url",
    ])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        isObject = true
        while let name = try reader.nextMember(of: Self.names) {
            if try readPush(name, &reader) { continue }
            switch name {
            case "object_kind": objectKind = try reader.string()
            case "event_name": eventName = try reader.string()
            case "project": project = try GitLabProject(reading: &reader)
            case "repository": repository = try GitLabProject(reading: &reader)
            case "user": user = try GitLabAccount(reading: &reader)
            case "commit": commit = try GitLabCommit(reading: &reader)
            case "object_attributes": attributes = try GitLabAttributes(reading: &reader)
            case "labels": labels = try GitLabAttributes.titles(&reader)
            case "merge_request": mergeRequestIsFromFork = try GitLabAttributes(reading: &reader).isFromFork
            default: try readJobOrRelease(name, &reader)
            }
        }
    }

    private mutating func readPush(_ name: String, _ reader: inout JSONReader) throws(JSONFault) -> Bool {
        switch name {
        case "ref": ref = try reader.string()
        case "before": before = try reader.string()
        case "after": after = try reader.string()
        case "checkout_sha": checkoutSHA = try reader.string()
        case "user_id": userID = try reader.identifier()
        case "user_username": userLogin = try reader.string()
        case "commits": commits = try PushedCommits(reading: &reader)
        case "total_commits_count": totalCommits = try reader.integer()
        case "changes": refChanges = try RefChange.list(&reader)
        default: return false
        }
        return true
    }

    private mutating func readJobOrRelease(_ name: String, _ reader: inout JSONReader) throws(JSONFault) {
        switch name {
        case "sha": job.commit = try reader.string()
        // Of a job, whether it runs for a tag; of a release, the tag's name.
        case "tag" where try reader.kind() == .bool: job.isForTag = try reader.bool()
        case "tag": release.tag = try reader.string()
        case "build_id": job.id = try reader.identifier()
        case "build_name": job.name = try reader.string()
        case "build_status": job.status = try reader.string()
        case "action": release.action = try reader.string()
        case "name": release.name = try reader.string()
        default: release.url = try reader.string()
        }
    }
}

struct GitLabJob {
    var id: String?
    var name: String?
    var status: String?
    var commit: String?
    var isForTag: Bool?
}

struct GitLabRelease {
    var action: String?
    var tag: String?
    var name: String?
    var url: String?
}

extension JSONReader {
    /// A number's digits or a text: hosts write ids as either.
    mutating func identifier() throws(JSONFault) -> String? {
        if try kind() == .number { return try integer().map(String.init) }
        return try string()
    }
}
