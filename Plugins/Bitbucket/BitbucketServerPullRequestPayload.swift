import PluginKit

/// The part of Data Center's `pr:*` payloads that an event is made of.
struct ServerPullRequestPayload: BitbucketPayload {
    private(set) var isObject = false
    private(set) var pullRequest: ServerPullRequest?
    private(set) var actor: ServerUser?

    private static let names = JSONNames(["pullRequest", "actor"])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        isObject = true
        while let name = try reader.nextMember(of: Self.names) {
            if name == "actor" {
                actor = try ServerUser(reading: &reader)
            } else {
                pullRequest = try ServerPullRequest(reading: &reader)
            }
        }
    }
}

struct ServerPullRequest {
    private(set) var id: Int?
    private(set) var title: String?
    /// `OPEN`, `MERGED` or `DECLINED`.
    private(set) var state: String?
    private(set) var draft: Bool?
    private(set) var author: ServerUser?
    private(set) var page: String?
    private(set) var from: ServerPullRequestEnd?
    private(set) var to: ServerPullRequestEnd?

    private static let names = JSONNames(["id", "title", "state", "draft", "author", "links", "fromRef", "toRef"])
    private static let authorNames = JSONNames(["user"])
    private static let linkNames = JSONNames(["self"])
    private static let addressNames = JSONNames(["href"])

    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "id": id = try reader.integer()
            case "title": title = try reader.string()
            case "state": state = try reader.string()
            case "draft": draft = try reader.bool()
            case "links": try readLinks(&reader)
            case "fromRef": from = try ServerPullRequestEnd(reading: &reader)
            case "toRef": to = try ServerPullRequestEnd(reading: &reader)
            default:
                guard try reader.openObject() else { continue }
                while try reader.nextMember(of: Self.authorNames) != nil { author = try ServerUser(reading: &reader) }
            }
        }
    }

    private mutating func readLinks(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while try reader.nextMember(of: Self.linkNames) != nil {
            guard try reader.openArray() else { continue }
            while try reader.nextElement() {
                guard try reader.openObject() else { continue }
                while try reader.nextMember(of: Self.addressNames) != nil {
                    let address = try reader.string()
                    page = page ?? address
                }
            }
        }
    }
}

/// One of the two branches of a pull request.
struct ServerPullRequestEnd {
    private(set) var ref: String?
    private(set) var commit: String?
    private(set) var repository: ServerRepository?

    private static let names = JSONNames(["id", "latestCommit", "repository"])

    init?(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return nil }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "id": ref = try reader.string()
            case "latestCommit": commit = try reader.string()
            default: repository = try ServerRepository(reading: &reader)
            }
        }
    }
}
