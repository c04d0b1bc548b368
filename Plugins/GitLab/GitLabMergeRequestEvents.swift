import PipelineModel
import PluginKit

extension GitLabPayload {
    /// Opened, reopened, new commits, merged or closed; everything else that happens to a merge request starts nothing.
    func mergeRequest() throws(UnknownShape) -> ParsedDelivery {
        guard let action = attributes.action else {
            return ParsedDelivery(ignored: "a merge request without 'action': nothing tells what happened to it")
        }
        let event: PullRequestEvent
        switch action {
        case "open", "reopen": event = .open
        case "update" where attributes.oldRevision == nil:
            return ParsedDelivery(ignored: "merge_request update without new commits ('oldrev' is absent)")
        case "update": event = .updated
        case "merge", "close": event = .closed
        default:
            return ParsedDelivery(
                ignored: "merge_request \(action.prefix(100)): only open, reopen, update, merge and close can start")
        }
        let request = try pullRequest(event, merged: event == .closed ? action == "merge" : nil)
        return ParsedDelivery(events: [
            SourceEvent(
                repository: try repositoryName(), change: .pullRequest(request), sender: user?.asSender)
        ])
    }

    private func pullRequest(
        _ event: PullRequestEvent, merged: Bool?
    ) throws(UnknownShape) -> SourceEvent.PullRequest {
        guard let number = attributes.iid else { throw UnknownShape("a merge request without 'iid'") }
        guard let source = attributes.sourceBranch, let target = attributes.targetBranch else {
            throw UnknownShape("a merge request without 'source_branch' or 'target_branch'")
        }
        guard let head = attributes.lastCommit.flatMap({ CommitID($0.id) })?.unlessZero?.text else {
            throw UnknownShape("a merge request whose 'last_commit.id' is missing or no commit id")
        }
        return SourceEvent.PullRequest(
            event: event, number: number, title: attributes.title, sourceBranch: source,
            sourceRepository: attributes.source?.name, targetBranch: target, head: head, merged: merged,
            author: author, fromFork: attributes.isFromFork, draft: attributes.isDraft,
            labels: labels ?? attributes.labels, url: attributes.url)
    }

    /// The payload has the author's id; the name only where the author is who did this.
    private var author: SourceEvent.Sender? {
        attributes.authorID.map { id in
            SourceEvent.Sender(id: id, login: user.flatMap { $0.id == id ? $0.login : nil })
        }
    }
}
