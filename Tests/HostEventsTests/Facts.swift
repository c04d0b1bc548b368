import PipelineModel

/// What stays the same of an event whoever tells it.
struct Facts: Equatable {
    private var kind: String
    private var name: String
    private var before: String?
    private var after: String?
    private var forced: Bool?
    private var request: [String] = []
    private var base: String?
    private var merged: Bool?
    private var draft: Bool?
    private var labels: [String]?
    private var paths: [String]?
    /// What a push of commits that may have been forced lists of them.
    private var pathsAdded: [String]?

    init(_ change: SourceEvent.Change, paths: [String]?) {
        self.paths = paths
        switch change {
        case .branchPushed(let branch, let before, let after, let forced):
            (kind, name, self.before, self.after, self.forced) = ("branch", branch, before, after, forced)
            pathsAdded = Story.touched[after]
        case .branchDeleted(let branch, let before):
            (kind, name, self.before) = ("branch deleted", branch, before)
        case .tagPushed(let tag, let commit): (kind, name, after) = ("tag", tag, commit)
        case .tagDeleted(let tag): (kind, name) = ("tag deleted", tag)
        case .pullRequest(let request):
            (kind, name, after, merged) = (
                "pull request", "\(request.number)", request.head, request.merged == true
            )
            (base, draft, labels) = (request.base, request.draft, request.labels)
            let isAuthor = request.author?.id.contains("\(Story.sender)") == true
            self.request = [
                request.event.rawValue, request.title ?? "?", request.sourceBranch, request.targetBranch,
                request.sourceRepository?.lowercased() ?? "?", request.fromFork.map { "\($0)" } ?? "?",
                isAuthor ? "by its author" : "by \(request.author?.id ?? "?")",
            ]
        case .buildCompleted, .release, .refsChanged: (kind, name) = ("other", "")
        }
    }

    /// With what isn't told taken away.
    func without(_ unknown: Set<Fact>) -> Facts {
        var facts = self
        if unknown.contains(.forced) { facts.forced = nil }
        if unknown.contains(.lastCommit) { facts.before = nil }
        if unknown.contains(.base) { facts.base = nil }
        if unknown.contains(.labels) { facts.labels = nil }
        if unknown.contains(.paths) { facts.paths = nil }
        if unknown.contains(.pathsTakenAway) { facts.paths = facts.pathsAdded }
        if unknown.contains(.fullIDs) {
            facts.after = facts.after.map { String($0.prefix(12)) }
            facts.base = facts.base.map { String($0.prefix(12)) }
        }
        return facts
    }
}
