import PipelineModel
import PluginKit

extension GitLabPayload {
    /// What it comes to, by the kind that it names itself; a system hook's may stand in `event_name`.
    func parsed() throws(UnknownShape) -> ParsedDelivery {
        guard isObject, let kind = objectKind ?? eventName else {
            throw UnknownShape("JSON without 'object_kind' or 'event_name', as GitLab sends none")
        }
        switch kind {
        case "push", "tag_push": return try push()
        case "repository_update": return try repositoryUpdate()
        case "merge_request": return try mergeRequest()
        case "pipeline": return try pipeline()
        case "build", "job": return try finishedJob()
        case "release": return try releaseEvent()
        default: return ParsedDelivery(ignored: "the event '\(kind.prefix(100))' starts nothing")
        }
    }

    func repositoryName() throws(UnknownShape) -> String {
        guard let name = project.name ?? repository.name ?? attributes.target?.name else {
            throw UnknownShape("the payload names no project")
        }
        return name
    }

    /// One ref of one push.
    private func push() throws(UnknownShape) -> ParsedDelivery {
        let repository = try repositoryName()
        guard let ref else { throw UnknownShape("a push without 'ref'") }
        let read = try RefChange(ref: ref, before: before, after: after).read(taggedCommit: checkoutSHA)
        guard let (change, open) = read else { return ParsedDelivery(ignored: Self.neither(ref)) }
        let event = SourceEvent(
            repository: repository, change: change, commit: headCommit(of: change)?.asCommit, sender: pusher,
            changedPaths: changedPaths(of: change), unresolved: open)
        return ParsedDelivery(events: [event])
    }

    /// Every ref of one push: what system hooks send unless pushes are asked for.
    private func repositoryUpdate() throws(UnknownShape) -> ParsedDelivery {
        let repository = try repositoryName()
        var events: [SourceEvent] = []
        for refChange in refChanges {
            guard let (change, open) = try refChange.read(taggedCommit: nil) else { continue }
            events.append(SourceEvent(repository: repository, change: change, sender: pusher, unresolved: open))
        }
        guard events.isEmpty else { return ParsedDelivery(events: events) }
        return ParsedDelivery(ignored: "the update names neither a branch nor a tag")
    }

    private static func neither(_ ref: String) -> String {
        "the ref '\(ref.prefix(200))' is neither a branch nor a tag"
    }

    private var pusher: SourceEvent.Sender? { userID.map { SourceEvent.Sender(id: $0, login: userLogin) } }

    private func headCommit(of change: SourceEvent.Change) -> GitLabCommit? {
        switch change {
        case .branchPushed(_, _, let after, _): commits.commit(after)
        case .tagPushed(_, let commit): commits.commit(commit)
        default: nil
        }
    }

    /// A new branch has no push before it to compare with.
    private func changedPaths(of change: SourceEvent.Change) -> [String]? {
        guard case .branchPushed(_, .some, let after, _) = change else { return nil }
        return commits.changedPaths(upTo: after, outOf: totalCommits)
    }
}

extension RefChange {
    /// What happened to the ref; `nil` when it is neither a branch nor a tag.
    ///
    /// - Parameter taggedCommit: the commit that a tag comes to. Without it `after` stands in, which may be a tag
    ///   object, and the event says so.
    func read(
        taggedCommit: String?
    ) throws(UnknownShape) -> (change: SourceEvent.Change, open: SourceEvent.OpenFact?)? {
        guard let ref else { throw UnknownShape("a change of a ref without 'ref'") }
        let branch = Self.name(of: ref, below: "refs/heads/")
        let tag = Self.name(of: ref, below: "refs/tags/")
        guard branch != nil || tag != nil else { return nil }
        guard let id = after.flatMap(CommitID.init) else { throw UnknownShape("'after' is missing or no commit id") }
        if let branch {
            let former = before.flatMap(CommitID.init)
            let before = former?.unlessZero?.text
            // GitLab doesn't say whether a push was forced; of a branch that is new it says that it is.
            let forced = former != nil && before == nil ? false : nil
            guard let after = id.unlessZero?.text else { return (.branchDeleted(branch: branch, before: before), nil) }
            return (.branchPushed(branch: branch, before: before, after: after, forced: forced), nil)
        }
        guard let tag else { return nil }
        guard let after = id.unlessZero?.text else { return (.tagDeleted(tag: tag), nil) }
        guard let commit = taggedCommit.flatMap(CommitID.init)?.unlessZero?.text else {
            return (.tagPushed(tag: tag, commit: after), .taggedCommit)
        }
        return (.tagPushed(tag: tag, commit: commit), nil)
    }

    private static func name(of ref: String, below prefix: String) -> String? {
        ref.hasPrefix(prefix) && ref.utf8.count > prefix.utf8.count ? String(ref.dropFirst(prefix.count)) : nil
    }
}

extension GitLabCommit {
    var asCommit: SourceEvent.Commit {
        SourceEvent.Commit(
            id: id, message: message, authorName: authorName, authorEmail: authorEmail, authoredAt: timestamp, url: url)
    }
}

extension GitLabAccount {
    var asSender: SourceEvent.Sender { SourceEvent.Sender(id: id, login: login) }
}
