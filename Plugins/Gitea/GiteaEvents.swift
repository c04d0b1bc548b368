import PipelineModel
import PluginKit

extension GiteaPayload {
    private func repositoryName() throws(PayloadError) -> String {
        guard let name = repository?.fullName, !name.isEmpty else {
            throw .unexpectedShape("'repository.full_name' is missing")
        }
        return name
    }

    private var author: SourceEvent.Sender? { (sender ?? pusher)?.asSender }

    /// One ref of one push; a deleted branch comes as `delete` instead.
    func push() throws(PayloadError) -> ParsedDelivery {
        let repository = try repositoryName()
        guard let ref else { throw .unexpectedShape("'ref' is missing") }
        let branch = Self.name(of: ref, below: "refs/heads/")
        let tag = Self.name(of: ref, below: "refs/tags/")
        guard branch != nil || tag != nil else {
            return ParsedDelivery(ignored: "the ref '\(ref.prefix(200))' is neither a branch nor a tag")
        }
        guard let id = after.flatMap(CommitID.init) else {
            throw .unexpectedShape("'after' is missing or no commit id")
        }
        let former = before.flatMap(CommitID.init)
        let before = former?.unlessZero?.text
        let after = id.unlessZero?.text
        var event = SourceEvent(repository: repository, change: .refsChanged, sender: author)
        switch (branch, tag, after) {
        case (let branch?, _, let after?):
            // Gitea doesn't say whether a push was forced; of a branch that is new it says that it is.
            let forced = former != nil && before == nil ? false : nil
            event.change = .branchPushed(branch: branch, before: before, after: after, forced: forced)
            event.commit = (commits.commit(after) ?? headCommit(after))?.asCommit
            // A new branch has no push before it to compare with.
            if before != nil { event.changedPaths = commits.changedPaths(upTo: after, outOf: totalCommits) }
        case (let branch?, _, nil): event.change = .branchDeleted(branch: branch, before: before)
        case (_, let tag?, let after?): readTag(tag, after, into: &event)
        case (_, let tag?, nil): event.change = .tagDeleted(tag: tag)
        case (nil, nil, _): break
        }
        return ParsedDelivery(events: [event])
    }

    /// Of an annotated tag `after` is the tag object; only newer servers say the commit.
    private func readTag(_ tag: String, _ after: String, into event: inout SourceEvent) {
        guard let commit = headCommit.flatMap({ CommitID($0.id) })?.unlessZero?.text else {
            event.change = .tagPushed(tag: tag, commit: after)
            event.unresolved = .taggedCommit
            return
        }
        event.change = .tagPushed(tag: tag, commit: commit)
        event.commit = headCommit?.asCommit
    }

    private func headCommit(_ id: String) -> GiteaCommit? {
        headCommit.flatMap { $0.id.lowercased() == id ? $0 : nil }
    }

    private static func name(of ref: String, below prefix: String) -> String? {
        ref.hasPrefix(prefix) && ref.utf8.count > prefix.utf8.count ? String(ref.dropFirst(prefix.count)) : nil
    }

    /// A branch is gone. A tag that is gone comes as a push too.
    func deletedRef() throws(PayloadError) -> ParsedDelivery {
        let repository = try repositoryName()
        guard let ref, !ref.isEmpty else { throw .unexpectedShape("'ref' is missing") }
        switch refType {
        case "branch":
            return ParsedDelivery(events: [
                SourceEvent(repository: repository, change: .branchDeleted(branch: ref, before: nil), sender: author)
            ])
        case "tag": return ParsedDelivery(ignored: "delete of a tag: the push event says it")
        default: throw .unexpectedShape("'ref_type' is neither 'branch' nor 'tag'")
        }
    }

    /// Opened, reopened, new commits or closed; labels, milestones and reviews come as the same event.
    func pullRequestEvent() throws(PayloadError) -> ParsedDelivery {
        guard let action else { throw .unexpectedShape("'action' is missing") }
        let event: PullRequestEvent
        switch action {
        case "opened", "reopened": event = .open
        case "synchronized": event = .updated
        case "closed": event = .closed
        default:
            return ParsedDelivery(
                ignored: "pull_request \(action.prefix(100)): only opened, reopened, synchronized and closed can start")
        }
        let repository = try repositoryName()
        guard let number else { throw .unexpectedShape("'number' is missing or no number") }
        guard let request = pullRequest else { throw .unexpectedShape("'pull_request' is missing") }
        guard request.head.sha != nil else {
            return ParsedDelivery(
                ignored: "the pull request names no commit ('pull_request.head.sha'), as Gogs sends it")
        }
        let change = try Self.change(event, number, request)
        return ParsedDelivery(events: [
            SourceEvent(repository: repository, change: .pullRequest(change), sender: sender?.asSender)
        ])
    }

    private static func change(
        _ event: PullRequestEvent, _ number: Int, _ request: GiteaPullRequest
    ) throws(PayloadError) -> SourceEvent.PullRequest {
        guard let head = request.head.sha.flatMap(CommitID.init)?.unlessZero?.text else {
            throw .unexpectedShape("'pull_request.head.sha' is no commit id")
        }
        guard let source = request.head.branch, let target = request.base.branch else {
            throw .unexpectedShape("'pull_request.head.ref' or 'pull_request.base.ref' is missing")
        }
        return SourceEvent.PullRequest(
            event: event, number: number, title: request.title, sourceBranch: source,
            sourceRepository: request.head.repository?.fullName, targetBranch: target, head: head,
            base: request.base.sha.flatMap(CommitID.init)?.unlessZero?.text,
            merged: event == .closed ? request.merged : nil, author: request.author?.asSender,
            fromFork: request.isFromFork, draft: request.isDraft, labels: request.labels, url: request.url)
    }

    func releaseEvent() throws(PayloadError) -> ParsedDelivery {
        let repository = try repositoryName()
        guard let action, let release, let tag = release.tag else {
            throw .unexpectedShape("'action' or 'release.tag_name' is missing")
        }
        let change = SourceEvent.Release(
            action: action.lowercased(), tag: tag, name: release.name, draft: release.draft,
            prerelease: release.prerelease, url: release.url)
        return ParsedDelivery(events: [
            SourceEvent(repository: repository, change: .release(change), sender: author)
        ])
    }
}

extension GiteaCommit {
    var asCommit: SourceEvent.Commit {
        SourceEvent.Commit(
            id: id, message: message, authorName: authorName, authorEmail: authorEmail, authoredAt: timestamp, url: url)
    }
}

extension GiteaAccount {
    var asSender: SourceEvent.Sender { SourceEvent.Sender(id: id, login: login) }
}
