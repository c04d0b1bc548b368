package import PipelineModel

/// What an event tells of: a subject that changes again and again, and the one change of it.
///
/// By it the ledger knows a change that is told twice: by two hooks, again under another delivery id, or by a delivery
/// and a look at the refs.
package struct ToldChange: Hashable, Sendable {
    /// The repository's branch, tag, pull request, release or build.
    package let subject: String
    /// How it changed. The same may happen again: a branch is pushed back and forth, a pull request reopened.
    package let move: String

    /// Seconds for which is remembered what was told.
    package static let window: Double = 600

    /// `nil`: the event doesn't say enough to tell it from another.
    package init?(_ event: SourceEvent) {
        let subject: [String]
        let move: [String]
        switch event.change {
        case .branchPushed(let branch, let before, let after, _):
            (subject, move) = (["refs/heads/\(branch)"], [before ?? "", after])
        case .branchDeleted(let branch, let before): (subject, move) = (["refs/heads/\(branch)"], [before ?? "", ""])
        case .tagPushed(let tag, let commit): (subject, move) = (["refs/tags/\(tag)"], ["", commit])
        case .tagDeleted(let tag): (subject, move) = (["refs/tags/\(tag)"], ["", ""])
        case .pullRequest(let request):
            subject = ["pull/\(request.number)"]
            move = [request.event.rawValue, request.targetBranch, request.head]
        case .buildCompleted(let build):
            guard let number = build.number else { return nil }
            // It ends once, however often that is told.
            (subject, move) = (["build", build.system, build.job, number], [])
        case .release(let release): (subject, move) = (["release", release.tag], [release.action])
        case .refsChanged: return nil
        }
        self.subject = Self.joined([event.repository.lowercased()] + subject)
        self.move = Self.joined(move)
        // A hostile name is not worth a row of its length.
        guard self.subject.utf8.count + self.move.utf8.count <= 2000 else { return nil }
    }

    /// The length keeps two texts from passing for another two.
    private static func joined(_ texts: [String]) -> String { texts.map { "\($0.utf8.count):\($0)" }.joined() }
}
