import Foundation
import PipelineModel
import PluginKit

extension CloudPushPayload {
    /// One event for each change, or why there are none.
    func parsed() throws(PayloadError) -> ParsedDelivery {
        guard isObject else { throw .unexpectedShape("the payload has another type than expected") }
        let repository = try repository.requiredName("repository.full_name")
        guard let changes else { throw .unexpectedShape("'push.changes' is missing or no list") }
        return PushedRefs(repository: repository, sender: actor?.asSender, changes: changes.map(\.outcome)).parsed
    }
}

extension CloudRefChange {
    var outcome: PushedRefs.Outcome {
        guard let ref = new ?? old else { return .passedOver("a change has neither an old nor a new ref") }
        guard let name = ref.name, !name.isEmpty else { return .unreadable }
        switch ref.type {
        case "branch": return branchChange(name)
        case "tag", "annotated_tag": return tagChange(name)
        case "named_branch", "bookmark": return .passedOver("'\(name.prefix(200))' is a ref of Mercurial's")
        default: return .passedOver("'\(name.prefix(200))' is neither a branch nor a tag")
        }
    }

    private func branchChange(_ name: String) -> PushedRefs.Outcome {
        let before = old?.target?.id
        guard let new else { return .event(.branchDeleted(branch: name, before: before), nil) }
        guard let after = new.target?.id else { return .unreadable }
        return .event(.branchPushed(branch: name, before: before, after: after, forced: forced), new.target?.asCommit)
    }

    /// An annotated tag's target is its commit already.
    private func tagChange(_ name: String) -> PushedRefs.Outcome {
        guard let new else { return .event(.tagDeleted(tag: name), nil) }
        guard let commit = new.target?.id else { return .unreadable }
        return .event(.tagPushed(tag: name, commit: commit), new.target?.asCommit)
    }
}

extension CloudPullRequestPayload {
    /// - Parameter event: what the event key says has happened.
    func parsed(as event: PullRequestEvent) throws(PayloadError) -> ParsedDelivery {
        guard isObject else { throw .unexpectedShape("the payload has another type than expected") }
        guard let pullRequest else { throw .unexpectedShape("'pullrequest' is missing or no object") }
        let target = repository ?? pullRequest.destination?.repository
        let name = try target.requiredName("repository.full_name")
        if event == .updated, ["MERGED", "DECLINED", "SUPERSEDED"].contains(pullRequest.state) {
            return ParsedDelivery(ignored: "pullrequest:updated of a closed request: only its text can have changed")
        }
        let change = try pullRequest.change(event, into: pullRequest.destination?.repository ?? repository)
        // The payload of an edited text is that of a push; the host tells them apart.
        let isFull =
            event != .updated && [change.head, change.base].allSatisfy { $0 == nil || CommitID($0 ?? "") != nil }
        return ParsedDelivery(events: [
            SourceEvent(
                repository: name, change: .pullRequest(change), sender: actor?.asSender,
                unresolved: isFull ? nil : .fullCommitID)
        ])
    }
}

extension CloudPullRequest {
    fileprivate func change(
        _ event: PullRequestEvent, into target: CloudRepository?
    ) throws(PayloadError) -> SourceEvent.PullRequest {
        guard let id else { throw .unexpectedShape("'pullrequest.id' is missing or no number") }
        guard let sourceBranch = source?.branch, !sourceBranch.isEmpty else {
            throw .unexpectedShape("'pullrequest.source.branch.name' is missing")
        }
        guard let targetBranch = destination?.branch, !targetBranch.isEmpty else {
            throw .unexpectedShape("'pullrequest.destination.branch.name' is missing")
        }
        guard let head = source?.commitID else {
            throw .unexpectedShape("'pullrequest.source.commit.hash' is missing or no commit id")
        }
        return SourceEvent.PullRequest(
            event: event, number: id, title: title, sourceBranch: sourceBranch,
            sourceRepository: source?.repository?.fullName, targetBranch: targetBranch, head: head,
            base: destination?.commitID, merged: event == .closed ? true : nil, author: author?.asSender,
            fromFork: source?.repository?.isSame(as: target).map { !$0 } ?? true, draft: draft, url: page,
            updatedAt: event == .updated ? updatedOn : nil)
    }
}

extension CloudPullRequestEnd {
    /// Whole or abbreviated, lower case.
    fileprivate var commitID: String? {
        guard let hash = hash?.lowercased(), 7...64 ~= hash.utf8.count else { return nil }
        guard hash.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else { return nil }
        return hash
    }
}

extension CloudRepository {
    /// Whatever both say must agree: a fork that is taken for the repository itself would be given its secrets. `nil`
    /// when neither says enough.
    func isSame(as other: CloudRepository?) -> Bool? {
        guard let other else { return nil }
        let ids = uuid.flatMap { id in other.uuid.map { $0 == id } }
        let names = fullName.flatMap { name in other.fullName.map { $0.lowercased() == name.lowercased() } }
        let answers = [ids, names].compactMap { $0 }
        return answers.isEmpty ? nil : answers.allSatisfy { $0 }
    }
}

extension CloudRepository? {
    fileprivate func requiredName(_ place: String) throws(PayloadError) -> String {
        guard let name = self?.fullName, !name.isEmpty else {
            throw .unexpectedShape("'\(place)' is missing or no text")
        }
        return name
    }
}

extension CloudAccount {
    var asSender: SourceEvent.Sender { SourceEvent.Sender(id: uuid, login: nickname ?? userName) }
}

extension CloudCommit {
    var id: String? { hash.flatMap(CommitID.init)?.unlessZero?.text }

    var asCommit: SourceEvent.Commit? {
        guard let id else { return nil }
        let (name, address) = author.map(Self.split) ?? (nil, nil)
        return SourceEvent.Commit(
            id: id, message: message.map(Self.trimmed), authorName: name, authorEmail: address, authoredAt: date,
            url: page)
    }

    /// Bitbucket keeps the line break at a message's end, other hosts don't.
    private static func trimmed(_ message: String) -> String {
        var rest = Substring(message)
        while let last = rest.last, last.isNewline { rest.removeLast() }
        return String(rest)
    }

    /// `Name <address>`; without an address, all of it is the name.
    private static func split(_ author: String) -> (name: String?, address: String?) {
        guard author.hasSuffix(">"), let open = author.lastIndex(of: "<") else { return (author, nil) }
        let name = author[..<open].trimmingCharacters(in: .whitespaces)
        let address = String(author[author.index(after: open)...].dropLast())
        return (name.isEmpty ? nil : name, address.isEmpty ? nil : address)
    }
}
