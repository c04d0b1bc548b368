import Foundation
package import PipelineModel
package import PluginKit

/// Asks Data Center for the commit behind a tag object, whether a push was forced, and for the paths that a change
/// touched.
package struct BitbucketServerResolver: EventResolver {
    package init() {}

    package var provider: String { BitbucketForm.server }

    /// - Returns: nothing for refs that aren't named: comparing all refs with what is known finds them.
    package func resolve(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [SourceEvent] {
        switch (event.unresolved, event.change) {
        case (.refs, _), (nil, .refsChanged): return []
        case (.taggedCommit, .tagPushed(let tag, let id)):
            let repository = try await ServerRepositoryAPI(event.repository, on: connection, host: host)
            guard let commit = try await repository.commit(taggedBy: id, tag: tag) else {
                throw FailureDetails(
                    .revisionUnavailable,
                    "'\(event.repository.prefix(200))' has no commit \(id), which the tag '\(tag.prefix(200))' names")
            }
            var event = event
            event.change = .tagPushed(tag: tag, commit: commit)
            event.unresolved = nil
            return [event]
        default: return [event]
        }
    }

    package func enriched(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> SourceEvent {
        guard event.unresolved == nil else { return event }
        switch event.change {
        case .branchPushed(_, .some, _, nil),
            .branchPushed(_, .some, _, _) where event.changedPaths == nil:
            return try await enrichedPush(event, on: connection, host: host)
        case .pullRequest(let request) where event.changedPaths == nil:
            return try await enriched(request, of: event, on: connection, host: host)
        default: return event
        }
    }

    private func enrichedPush(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> SourceEvent {
        guard case .branchPushed(let branch, .some(let before), let after, let forced) = event.change else {
            return event
        }
        let repository = try await ServerRepositoryAPI(event.repository, on: connection, host: host)
        var event = event
        if forced == nil {
            let known = try await repository.wasForced(from: before, to: after)
            event.change = .branchPushed(branch: branch, before: before, after: after, forced: known)
        }
        if event.changedPaths == nil {
            event.changedPaths = try await repository.changedPaths(
                "/changes", [("since", before), ("until", after)])
        }
        return event
    }

    private func enriched(
        _ request: SourceEvent.PullRequest, of event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> SourceEvent {
        guard let base = request.base else { return event }
        let repository = try await ServerRepositoryAPI(event.repository, on: connection, host: host)
        var query = [("from", request.head), ("to", base)]
        if request.fromFork == true, let source = request.sourceRepository { query.append(("fromRepo", source)) }
        let paths = try await repository.changedPaths("/compare/changes", query)
        var event = event
        // Of one that was merged, no difference means that it was compared with its own result.
        event.changedPaths = request.merged == true && paths?.isEmpty == true ? nil : paths
        return event
    }
}

extension ServerRepositoryAPI {
    /// The tag itself says it, unless it has moved on since; then the object, which the server follows to its commit.
    fileprivate func commit(taggedBy id: String, tag: String) async throws(FailureDetails) -> String? {
        struct Tag: Decodable {
            let id: String
            let latestCommit: String?
            let hash: String?
        }
        let tags = try await list(path + "/tags", of: Tag.self, query: [("filterText", tag)])
        if let found = tags?.elements.first(where: { $0.id == "refs/tags/\(tag)" }),
            let commit = found.latestCommit.flatMap(CommitID.init)?.text,
            found.hash?.lowercased() == id || commit == id
        {
            return commit
        }
        struct Commit: Decodable { let id: String }
        let answer = try await api.call("GET", path + HostAPI.path("commits", id))
        guard answer.status != 404 else { return nil }
        return CommitID(try answer.expect([200]).decode(Commit.self).id)?.text
    }

    /// Whether the old commit holds what the new one doesn't. `nil` when the old one is gone or the
    /// credential may not ask.
    fileprivate func wasForced(from before: String, to after: String) async throws(FailureDetails) -> Bool? {
        struct Page: Decodable {
            struct Commit: Decodable { let id: String }
            let values: [Commit]
        }
        let answer: HostAPI.Answer
        do {
            answer = try await api.call(
                "GET", path + "/commits", query: [("since", after), ("until", before), ("limit", "1")])
        } catch  where error.type == .permissionError {
            return nil
        }
        guard answer.status != 404 else { return nil }
        return !(try answer.expect([200]).decode(Page.self).values.isEmpty)
    }

    /// Both names of what was moved. `nil` when a commit is gone, the server has cut the list, or the credential may not
    /// ask: `git` finds them then.
    fileprivate func changedPaths(
        _ place: String, _ query: [(String, String)]
    ) async throws(FailureDetails) -> [String]? {
        struct Path: Decodable { let toString: String }
        struct Change: Decodable {
            let path: Path
            let srcPath: Path?
            let type: String?
        }
        let list: PagedList<Change>?
        do {
            list = try await self.list(path + place, of: Change.self, query: query)
        } catch  where error.type == .permissionError {
            return nil
        }
        guard let list, list.isComplete else { return nil }
        return ChangedPaths.each(
            list.elements.lazy.flatMap { [$0.type == "MOVE" ? $0.srcPath?.toString : nil, $0.path.toString] })
    }
}
