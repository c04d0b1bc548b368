package import PipelineModel
package import PluginKit

/// Asks GitLab what its deliveries leave open: the commit of a tag, whether a push was forced, which files changed.
package struct GitLabResolver: EventResolver {
    package init() {}

    package var provider: String { "GitLab" }

    package func resolve(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [SourceEvent] {
        guard let open = event.unresolved else { return [event] }
        let questions = try await GitLabQuestions(event.repository, connection, host)
        var resolved = event
        resolved.unresolved = nil
        switch (open, event.change) {
        case (.taggedCommit, .tagPushed(let tag, let target)):
            resolved.change = .tagPushed(tag: tag, commit: try await questions.commit(ofTag: tag, pointingAt: target))
        case (.fullCommitID, .branchPushed(let branch, let before, let after, let forced)):
            let full = try await questions.fullID(after)
            resolved.change = .branchPushed(branch: branch, before: before, after: full, forced: forced)
        case (.fullCommitID, .pullRequest(var request)):
            request.head = try await questions.fullID(request.head)
            resolved.change = .pullRequest(request)
        default:
            throw FailureDetails(
                .configurationError, "GitLab has no answer to what is open in this event (\(open.rawValue))")
        }
        return [resolved]
    }

    package func enriched(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> SourceEvent {
        switch event.change {
        case .branchPushed(_, .some, _, let forced) where forced == nil || event.changedPaths == nil:
            return try await push(event, try await GitLabQuestions(event.repository, connection, host))
        case .pullRequest(let request) where request.base == nil || event.changedPaths == nil:
            return try await mergeRequest(event, request, try await GitLabQuestions(event.repository, connection, host))
        default: return event
        }
    }

    private func push(_ event: SourceEvent, _ questions: GitLabQuestions) async throws(FailureDetails) -> SourceEvent {
        guard case .branchPushed(let branch, let before?, let after, var forced) = event.change else { return event }
        var known = event
        if forced == nil {
            forced = try await questions.isForced(from: before, to: after)
            known.change = .branchPushed(branch: branch, before: before, after: after, forced: forced)
        }
        // A payload lists what a push added, not what a forced one took away.
        if known.changedPaths == nil || forced == true {
            known.changedPaths = try await questions.changedPaths(from: before, to: after)
        }
        return known
    }

    private func mergeRequest(
        _ event: SourceEvent, _ request: SourceEvent.PullRequest, _ questions: GitLabQuestions
    ) async throws(FailureDetails) -> SourceEvent {
        // Of a request that has moved on since, GitLab tells of another head.
        guard let shown = try await questions.mergeRequest(request.number), shown.head == request.head else {
            return event
        }
        var known = event
        var request = request
        request.base = request.base ?? shown.base
        known.change = .pullRequest(request)
        if known.changedPaths == nil {
            known.changedPaths = try await questions.changedPaths(of: request.number, count: shown.changesCount)
        }
        return known
    }
}
