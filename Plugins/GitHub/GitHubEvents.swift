import PipelineModel
import PluginKit

extension PushPayload {
    /// The one event of a push, or why it gives none.
    func parsed() throws(PayloadError) -> ParsedDelivery {
        guard !repository.fullName.isEmpty else { throw .unexpectedShape("'repository.full_name' is empty") }
        if let branch = name(below: "refs/heads/") {
            return ParsedDelivery(events: [event(try branchChange(branch))])
        }
        guard let tag = name(below: "refs/tags/") else {
            return ParsedDelivery(ignored: "the ref '\(ref.prefix(200))' is neither a branch nor a tag")
        }
        if try isDeletion { return ParsedDelivery(events: [event(.tagDeleted(tag: tag))]) }
        // Of an annotated tag, `after` is the tag object: only the head commit is sure to be a commit.
        guard let head = headCommit else {
            return ParsedDelivery(ignored: "the tag '\(tag.prefix(200))' names no commit: head_commit is null")
        }
        return ParsedDelivery(events: [event(.tagPushed(tag: tag, commit: try commitID(head.id, "head_commit.id")))])
    }

    private func branchChange(_ branch: String) throws(PayloadError) -> SourceEvent.Change {
        let before = before.flatMap(CommitID.init)?.unlessZero?.text
        if try isDeletion { return .branchDeleted(branch: branch, before: before) }
        let after = try commitID(after, "after")
        return .branchPushed(branch: branch, before: before, after: after, forced: forced)
    }

    private func event(_ change: SourceEvent.Change) -> SourceEvent {
        SourceEvent(repository: repository.fullName, change: change, commit: commit, sender: sender?.asSender)
    }

    private var commit: SourceEvent.Commit? {
        guard let head = headCommit else { return nil }
        return SourceEvent.Commit(
            id: head.id, message: head.message, authorName: head.author?.name, authorEmail: head.author?.email,
            authoredAt: head.timestamp, url: head.url)
    }

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

    private func name(below prefix: String) -> String? {
        ref.hasPrefix(prefix) && ref.utf8.count > prefix.utf8.count ? String(ref.dropFirst(prefix.count)) : nil
    }

    private func commitID(_ text: String?, _ place: String) throws(PayloadError) -> String {
        guard let id = text.flatMap(CommitID.init)?.unlessZero else {
            throw .unexpectedShape("'\(place)' is missing or no commit id")
        }
        return id.text
    }
}

extension PushPayload.Sender {
    fileprivate var asSender: SourceEvent.Sender { SourceEvent.Sender(id: id, login: login) }
}
