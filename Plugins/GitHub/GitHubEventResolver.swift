import Foundation
package import PipelineModel
package import PluginKit

/// Asks GitHub's API for what a payload leaves open: the commit of a tag, whether a push was forced, and the paths that
/// a push or a pull request changed.
package struct GitHubEventResolver: EventResolver {
    package let provider = "GitHub"
    /// Tags of tags of tags …; nobody makes so many.
    private static let deepestTag = 10

    package init() {}

    package func resolve(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [SourceEvent] {
        guard event.unresolved == .taggedCommit, case .tagPushed(let tag, let object) = event.change else {
            guard event.unresolved == nil else {
                throw FailureDetails(.configurationError, "GitHub's events leave nothing open but a tag's commit")
            }
            return [event]
        }
        let repository = try GitHubRepository(event.repository)
        let api = try await GitHubAccess.api(for: connection, host: host)
        var resolved = event
        resolved.change = .tagPushed(tag: tag, commit: try await commit(of: object, tag: tag, repository, api))
        resolved.unresolved = nil
        return [resolved]
    }

    // MARK: Tags

    private struct TagObject: Decodable {
        struct Target: Decodable {
            let type: String
            let sha: String
        }
        let object: Target
    }

    /// By the object that was pushed and not by the tag's name, which may have been moved or removed since.
    private func commit(
        of object: String, tag: String, _ repository: GitHubRepository, _ api: HostAPI
    ) async throws(FailureDetails) -> String {
        var id = try Self.id(object, tag)
        for _ in 0..<Self.deepestTag {
            let answer = try await api.call("GET", repository.path("git", "tags", id))
            if answer.status == 404 {
                let commit = try await api.call("GET", repository.path("git", "commits", id))
                if commit.status == 404 { break }
                _ = try commit.expect([200])
                return id
            }
            let target = try answer.expect([200]).decode(TagObject.self).object
            id = try Self.id(target.sha, tag)
            if target.type == "commit" { return id }
            guard target.type == "tag" else { break }
        }
        throw FailureDetails(
            .revisionUnavailable, "the tag '\(shown(tag))' of '\(shown(repository.name))' comes to no commit")
    }

    private static func id(_ text: String, _ tag: String) throws(FailureDetails) -> String {
        guard let id = CommitID(text)?.unlessZero else {
            throw FailureDetails(.revisionUnavailable, "the tag '\(shown(tag))' points at no full object id")
        }
        return id.text
    }

    // MARK: What readers like to know

    package func enriched(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> SourceEvent {
        switch event.change {
        case .branchPushed(let branch, let before?, let after, let forced)
        where forced == nil || (forced == false && event.changedPaths == nil):
            let repository = try GitHubRepository(event.repository)
            let api = try await GitHubAccess.api(for: connection, host: host)
            let questions = GitHubComparison(repository: repository, api: api)
            guard let found = try await questions.compare(before, after) else { return event }
            var enriched = event
            enriched.change = .branchPushed(
                branch: branch, before: before, after: after, forced: forced ?? found.isForced)
            if enriched.changedPaths == nil, found.isForced == false { enriched.changedPaths = found.paths }
            return enriched
        case .pullRequest(let pullRequest) where event.changedPaths == nil:
            let repository = try GitHubRepository(event.repository)
            let api = try await GitHubAccess.api(for: connection, host: host)
            var enriched = event
            enriched.changedPaths = try await GitHubComparison(repository: repository, api: api)
                .paths(of: pullRequest)
            return enriched
        default: return event
        }
    }
}
