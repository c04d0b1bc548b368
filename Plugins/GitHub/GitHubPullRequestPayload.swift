import PipelineModel
import PluginKit

/// The part of a `pull_request` payload that an event is made of.
struct PullRequestPayload: GitHubPayload {
    private var isObject = false
    private var action = RequiredText(place: "action")
    private var number: Int?
    private var pullRequest = PullRequestMembers()
    private var repository = RequiredRepository(place: "repository")
    private var sender: GitHubAccount?

    private static let names = JSONNames(["action", "number", "pull_request", "repository", "sender"])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        isObject = true
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "action": try action.read(&reader)
            case "number": number = try reader.integer()
            case "pull_request": try pullRequest.read(&reader)
            case "repository": try repository.read(&reader)
            default: sender = try GitHubAccount(reading: &reader)
            }
        }
    }

    func parsed() throws(PayloadError) -> ParsedDelivery {
        guard isObject else { throw .unexpectedShape("the payload has another type than expected") }
        let action = try action.value
        guard let event = Self.event(of: action) else {
            return ParsedDelivery(
                ignored: "pull_request \(action.prefix(100)): only opened, reopened, synchronize and closed can start")
        }
        let repository = try repository.name
        guard let number else { throw .unexpectedShape("'number' is missing or no number") }
        let change = SourceEvent.PullRequest(
            event: event, number: number, title: pullRequest.title,
            sourceBranch: try pullRequest.head.ref.value, sourceRepository: pullRequest.head.repository,
            targetBranch: try pullRequest.base.ref.value, head: try pullRequest.head.commit(),
            base: pullRequest.base.id, merged: event == .closed ? pullRequest.merged : nil,
            author: pullRequest.author?.asSender)
        return ParsedDelivery(events: [
            SourceEvent(repository: repository, change: .pullRequest(change), sender: sender?.asSender)
        ])
    }

    /// The spec's three; labels, reviews, edits and the rest start nothing.
    private static func event(of action: String) -> PullRequestEvent? {
        switch action {
        case "opened", "reopened": .open
        case "synchronize": .updated
        case "closed": .closed
        default: nil
        }
    }
}

private struct PullRequestMembers {
    private(set) var title: String?
    private(set) var merged: Bool?
    private(set) var author: GitHubAccount?
    private(set) var head = PullRequestEnd(place: "pull_request.head")
    private(set) var base = PullRequestEnd(place: "pull_request.base")

    private static let names = JSONNames(["title", "merged", "user", "head", "base"])

    mutating func read(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "title": title = try reader.string()
            case "merged": merged = try reader.bool()
            case "user": author = try GitHubAccount(reading: &reader)
            case "head": try head.read(&reader)
            default: try base.read(&reader)
            }
        }
    }
}

/// One of the two branches of a pull request. The repository is null when a fork was deleted.
private struct PullRequestEnd {
    private(set) var ref: RequiredText
    private(set) var repository: String?
    private let place: String
    private var sha: String?

    private static let names = JSONNames(["ref", "sha", "repo"])
    private static let repositoryNames = JSONNames(["full_name"])

    init(place: String) {
        self.place = place
        ref = RequiredText(place: "\(place).ref")
    }

    mutating func read(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "ref": try ref.read(&reader)
            case "sha": sha = try reader.string()
            default:
                guard try reader.openObject() else { continue }
                while try reader.nextMember(of: Self.repositoryNames) != nil { repository = try reader.string() }
            }
        }
    }

    var id: String? { sha.flatMap(CommitID.init)?.unlessZero?.text }

    func commit() throws(PayloadError) -> String {
        guard let id else { throw .unexpectedShape("'\(place).sha' is missing or no commit id") }
        return id
    }
}
