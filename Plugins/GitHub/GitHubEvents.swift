import PipelineModel
import PluginKit

extension PushPayload {
    /// The one event of a push, or why it gives none.
    func parsed() throws(PayloadError) -> ParsedDelivery {
        guard isObject else { throw .unexpectedShape("the payload has another type than expected") }
        let ref = try ref.value
        let repository = try repository.name
        func delivery(_ change: SourceEvent.Change, unresolved: SourceEvent.OpenFact? = nil) -> ParsedDelivery {
            let event = SourceEvent(
                repository: repository, change: change, commit: commit, sender: sender?.asSender,
                changedPaths: changedPaths(of: change), unresolved: unresolved)
            return ParsedDelivery(events: [event])
        }
        if let branch = name(of: ref, below: "refs/heads/") { return delivery(try branchChange(branch)) }
        guard let tag = name(of: ref, below: "refs/tags/") else {
            return ParsedDelivery(ignored: "the ref '\(ref.prefix(200))' is neither a branch nor a tag")
        }
        if try isDeletion { return delivery(.tagDeleted(tag: tag)) }
        // Of an annotated tag, `after` is the tag object: only the head commit is sure to be a commit.
        if let head = headCommit {
            return delivery(.tagPushed(tag: tag, commit: try commitID(head.id, "head_commit.id")))
        }
        return delivery(.tagPushed(tag: tag, commit: try commitID(after, "after")), unresolved: .taggedCommit)
    }

    private func branchChange(_ branch: String) throws(PayloadError) -> SourceEvent.Change {
        let before = before.flatMap(CommitID.init)?.unlessZero?.text
        if try isDeletion { return .branchDeleted(branch: branch, before: before) }
        let after = try commitID(after, "after")
        return .branchPushed(branch: branch, before: before, after: after, forced: forced)
    }

    /// Only where the payload is sure to hold the whole push: what a forced push took away stands in none.
    private func changedPaths(of change: SourceEvent.Change) -> [String]? {
        guard case .branchPushed(_, .some, let after, false) = change, created != true else { return nil }
        return commits.changedPaths(upTo: after)
    }

    private var commit: SourceEvent.Commit? { headCommit?.asCommit }

    /// The flag and the zeros say the same; either is enough.
    private var isDeletion: Bool {
        get throws(PayloadError) {
            if deleted == true { return true }
            guard let id = after.flatMap(CommitID.init) else {
                throw .unexpectedShape("'after' is missing or no commit id")
            }
            return id.unlessZero == nil
        }
    }

    private func name(of ref: String, below prefix: String) -> String? {
        ref.hasPrefix(prefix) && ref.utf8.count > prefix.utf8.count ? String(ref.dropFirst(prefix.count)) : nil
    }

    private func commitID(_ text: String?, _ place: String) throws(PayloadError) -> String {
        guard let id = text.flatMap(CommitID.init)?.unlessZero else {
            throw .unexpectedShape("'\(place)' is missing or no commit id")
        }
        return id.text
    }
}

extension GitHubAccount {
    var asSender: SourceEvent.Sender { SourceEvent.Sender(id: id, login: login) }
}

extension PushPayload.HeadCommit {
    var asCommit: SourceEvent.Commit {
        SourceEvent.Commit(
            id: id, message: message, authorName: authorName, authorEmail: authorEmail, authoredAt: timestamp, url: url)
    }
}
