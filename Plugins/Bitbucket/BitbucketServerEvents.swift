import PipelineModel
import PluginKit

extension ServerPushPayload {
    /// One event for each ref, or why there are none.
    func parsed() throws(PayloadError) -> ParsedDelivery {
        guard isObject else { throw .unexpectedShape("the payload has another type than expected") }
        guard let repository = repository?.fullName else {
            throw .unexpectedShape("'repository.project.key' or 'repository.slug' is missing")
        }
        guard let changes else { throw .unexpectedShape("'changes' is missing or no list") }
        return PushedRefs(
            repository: repository, sender: actor?.asSender,
            changes: changes.map { outcome(of: $0, isOnly: changes.count == 1) }
        ).parsed
    }

    private func outcome(of change: ServerRefChange, isOnly: Bool) -> PushedRefs.Outcome {
        guard let ref = change.ref, !ref.isEmpty else { return .unreadable }
        let former = change.from.flatMap(CommitID.init)
        let from = former?.unlessZero?.text
        let to = change.to.flatMap(CommitID.init)
        let isDeletion = change.type == "DELETE" || (to != nil && to?.unlessZero == nil)
        if let branch = Self.name(of: ref, below: "refs/heads/") {
            if isDeletion { return .event(.branchDeleted(branch: branch, before: from), nil) }
            guard let to = to?.text else { return .unreadable }
            // The server doesn't say whether an update was forced; what is new can't be.
            let forced = change.type == "ADD" || (former != nil && from == nil) ? false : nil
            return .event(
                .branchPushed(branch: branch, before: from, after: to, forced: forced),
                toCommit?.asCommit?.id == to ? toCommit?.asCommit : nil)
        }
        guard let tag = Self.name(of: ref, below: "refs/tags/") else {
            return .passedOver("the ref '\(ref.prefix(200))' is neither a branch nor a tag")
        }
        if isDeletion { return .event(.tagDeleted(tag: tag), nil) }
        guard let to = to?.text else { return .unreadable }
        return tagChange(tag, to, isOnly: isOnly)
    }

    /// Of an annotated tag, the hash is the tag object's. The one commit that a payload tells is this tag's for sure
    /// when there is no other ref, or when it is what the tag points at.
    private func tagChange(_ tag: String, _ to: String, isOnly: Bool) -> PushedRefs.Outcome {
        if let commit = toCommit?.asCommit, isOnly || commit.id == to {
            return .event(.tagPushed(tag: tag, commit: commit.id), commit)
        }
        return .event(.tagPushed(tag: tag, commit: to), nil, unresolved: .taggedCommit)
    }

    private static func name(of ref: String, below prefix: String) -> String? {
        ref.hasPrefix(prefix) && ref.utf8.count > prefix.utf8.count ? String(ref.dropFirst(prefix.count)) : nil
    }
}

extension ServerPullRequestPayload {
    /// - Parameters:
    ///   - event: what the event key says has happened.
    ///   - merged: of a closed one.
    func parsed(as event: PullRequestEvent, merged: Bool?) throws(PayloadError) -> ParsedDelivery {
        guard isObject else { throw .unexpectedShape("the payload has another type than expected") }
        guard let pullRequest else { throw .unexpectedShape("'pullRequest' is missing or no object") }
        guard let repository = pullRequest.to?.repository?.fullName else {
            throw .unexpectedShape(
                "'pullRequest.toRef.repository.project.key' or 'pullRequest.toRef.repository.slug' is missing")
        }
        let change = try pullRequest.change(event, merged: merged)
        return ParsedDelivery(events: [
            SourceEvent(repository: repository, change: .pullRequest(change), sender: actor?.asSender)
        ])
    }

    /// Deleting one that was merged or declined before closes nothing.
    func parsedDeletion() throws(PayloadError) -> ParsedDelivery {
        if let state = pullRequest?.state, ["MERGED", "DECLINED"].contains(state) {
            return ParsedDelivery(ignored: "pr:deleted of a request that was closed before (\(state))")
        }
        return try parsed(as: .closed, merged: false)
    }
}

extension ServerPullRequest {
    fileprivate func change(
        _ event: PullRequestEvent, merged: Bool?
    ) throws(PayloadError) -> SourceEvent.PullRequest {
        guard let id else { throw .unexpectedShape("'pullRequest.id' is missing or no number") }
        guard let sourceBranch = from?.branch else { throw .unexpectedShape("'pullRequest.fromRef.id' is missing") }
        guard let targetBranch = to?.branch else { throw .unexpectedShape("'pullRequest.toRef.id' is missing") }
        guard let head = from?.commitID else {
            throw .unexpectedShape("'pullRequest.fromRef.latestCommit' is missing or no commit id")
        }
        return SourceEvent.PullRequest(
            event: event, number: id, title: title, sourceBranch: sourceBranch,
            sourceRepository: from?.repository?.fullName, targetBranch: targetBranch, head: head, base: to?.commitID,
            merged: merged, author: author?.asSender,
            fromFork: from?.repository?.isSame(as: to?.repository).map { !$0 } ?? true, draft: draft, url: page)
    }
}

extension ServerPullRequestEnd {
    /// A request may come from a tag, which stays with its full name.
    fileprivate var branch: String? {
        guard let ref, !ref.isEmpty, ref != "refs/heads/" else { return nil }
        return ref.hasPrefix("refs/heads/") ? String(ref.dropFirst("refs/heads/".count)) : ref
    }

    fileprivate var commitID: String? { commit.flatMap(CommitID.init)?.unlessZero?.text }
}

extension ServerRepository {
    /// Whatever both say must agree: a fork that is taken for the repository itself would be given its secrets. `nil`
    /// when neither says enough.
    func isSame(as other: ServerRepository?) -> Bool? {
        guard let other else { return nil }
        let ids = id.flatMap { id in other.id.map { $0 == id } }
        let names = fullName.flatMap { name in other.fullName.map { $0.lowercased() == name.lowercased() } }
        let answers = [ids, names].compactMap { $0 }
        return answers.isEmpty ? nil : answers.allSatisfy { $0 }
    }
}

extension ServerUser {
    var asSender: SourceEvent.Sender { SourceEvent.Sender(id: id, login: name) }
}

extension ServerCommit {
    var asCommit: SourceEvent.Commit? {
        guard let id = id.flatMap(CommitID.init)?.unlessZero else { return nil }
        return SourceEvent.Commit(
            id: id.text, message: message, authorName: authorName, authorEmail: authorAddress, authoredAt: authoredAt)
    }
}
