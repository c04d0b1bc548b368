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
    /// Of an `edited` one.
    private var hasNewTarget = false

    private static let names = JSONNames(["action", "number", "pull_request", "repository", "sender", "changes"])
    private static let changeNames = JSONNames(["base"])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        isObject = true
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "action": try action.read(&reader)
            case "number": number = try reader.integer()
            case "pull_request": try pullRequest.read(&reader)
            case "repository": try repository.read(&reader)
            case "sender": sender = try GitHubAccount(reading: &reader)
            default: try readChanges(&reader)
            }
        }
    }

    private mutating func readChanges(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while try reader.nextMember(of: Self.changeNames) != nil {
            hasNewTarget = try reader.kind() == .object
            try reader.skip()
        }
    }

    func parsed() throws(PayloadError) -> ParsedDelivery {
        guard isObject else { throw .unexpectedShape("the payload has another type than expected") }
        if action.isOdd { return ParsedDelivery(ignored: "pull_request: its action is no text") }
        let action = try action.value
        guard let event = Self.event(of: action) else {
            let what = hasNewTarget ? "\(action.prefix(100)) (another target branch)" : String(action.prefix(100))
            return ParsedDelivery(
                ignored: "pull_request \(what): only opened, reopened, synchronize and closed can start")
        }
        let repository = try repository.name
        guard let number else { throw .unexpectedShape("'number' is missing or no number") }
        let change = SourceEvent.PullRequest(
            event: event, number: number, title: pullRequest.title,
            sourceBranch: try pullRequest.head.ref.value, sourceRepository: pullRequest.head.repository,
            targetBranch: try pullRequest.base.ref.value, head: try pullRequest.head.commit(),
            base: pullRequest.base.id, merged: event == .closed ? pullRequest.merged : nil,
            author: pullRequest.author?.asSender, fromFork: pullRequest.head.isOutside(of: pullRequest.base),
            draft: pullRequest.draft, labels: pullRequest.labels, url: pullRequest.url)
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
    private(set) var draft: Bool?
    private(set) var labels: [String]?
    private(set) var url: String?
    private(set) var author: GitHubAccount?
    private(set) var head = PullRequestEnd(place: "pull_request.head")
    private(set) var base = PullRequestEnd(place: "pull_request.base")

    private static let names = JSONNames(["title", "merged", "draft", "labels", "html_url", "user", "head", "base"])
    private static let labelNames = JSONNames(["name"])

    mutating func read(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "title": title = try reader.string()
            case "merged": merged = try reader.bool()
            case "draft": draft = try reader.bool()
            case "labels": labels = try Self.labels(&reader)
            case "html_url": url = try reader.string()
            case "user": author = try GitHubAccount(reading: &reader)
            case "head": try head.read(&reader)
            default: try base.read(&reader)
            }
        }
    }

    private static func labels(_ reader: inout JSONReader) throws(JSONFault) -> [String]? {
        guard try reader.openArray() else { return nil }
        var labels: [String] = []
        while try reader.nextElement() {
            guard try reader.openObject() else { continue }
            while try reader.nextMember(of: labelNames) != nil {
                if let label = try reader.string() { labels.append(label) }
            }
        }
        return labels
    }
}

/// One of the two branches of a pull request. The repository is null when a fork was deleted.
private struct PullRequestEnd {
    private(set) var ref: RequiredText
    private(set) var repository: String?
    private var isGone = false
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
                isGone = try reader.kind() == .null
                guard try reader.openObject() else { continue }
                while try reader.nextMember(of: Self.repositoryNames) != nil { repository = try reader.string() }
            }
        }
    }

    /// Whether its repository is another one than the other end's; a fork that is gone is one.
    func isOutside(of target: PullRequestEnd) -> Bool? {
        if isGone { return true }
        guard let own = repository, let others = target.repository else { return nil }
        return own.lowercased() != others.lowercased()
    }

    var id: String? { sha.flatMap(CommitID.init)?.unlessZero?.text }

    func commit() throws(PayloadError) -> String {
        guard let id else { throw .unexpectedShape("'\(place).sha' is missing or no commit id") }
        return id
    }
}
