import Foundation
package import PipelineModel
package import PluginKit

/// Asks Gitea or Forgejo what their deliveries leave open: the commit of a tag, whether a push was forced, which files
/// changed. What a forced push took away is left to Git.
package struct GiteaResolver: EventResolver {
    package let provider: String
    /// Above this many files a pull request's list isn't read.
    private static let mostPages = 60

    package init(_ dialect: GiteaDialect) { provider = dialect.rawValue }

    private struct Commit: Decodable { let sha: String? }
    private struct Tag: Decodable {
        /// The tag object's id; of a lightweight tag the commit's.
        let id: String?
        let commit: Commit?
    }
    private struct PullRequest: Decodable {
        let head: Commit?
        let changedFiles: Int?

        private enum CodingKeys: String, CodingKey {
            case head
            case changedFiles = "changed_files"
        }
    }
    private struct File: Decodable {
        let filename: String
        let previousFilename: String?

        private enum CodingKeys: String, CodingKey {
            case filename
            case previousFilename = "previous_filename"
        }
    }

    package func resolve(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [SourceEvent] {
        guard let open = event.unresolved else { return [event] }
        let gitea = try await GiteaAPI(connection, host: host, needsCredential: false)
        let path = try GiteaAPI.repository(event.repository)
        var resolved = event
        resolved.unresolved = nil
        switch (open, event.change) {
        case (.taggedCommit, .tagPushed(let tag, let target)):
            resolved.change = .tagPushed(
                tag: tag, commit: try await Self.commit(at: "\(path)/tags/\(HostAPI.encoded(tag))", target, gitea.api))
        default:
            throw FailureDetails(
                .configurationError, "\(provider) has no answer to what is open in this event (\(open.rawValue))")
        }
        return [resolved]
    }

    /// - Throws: `revisionUnavailable` when the tag is gone, has moved or points at no commit.
    private static func commit(
        at path: String, _ target: String, _ api: HostAPI
    ) async throws(FailureDetails) -> String {
        let answer = try await api.call("GET", path)
        guard answer.status != 404 else {
            throw FailureDetails(.revisionUnavailable, "\(answer.call): the tag is gone (404)")
        }
        let found = try answer.expect([200]).decode(Tag.self)
        guard let commit = found.commit?.sha.flatMap(CommitID.init)?.text else {
            throw FailureDetails(.revisionUnavailable, "\(answer.call): the tag points at no commit")
        }
        guard found.id?.lowercased() == target || commit == target else {
            throw FailureDetails(.revisionUnavailable, "\(answer.call): the tag has moved since")
        }
        return commit
    }

    package func enriched(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> SourceEvent {
        switch event.change {
        case .branchPushed(_, .some, _, let forced) where forced == nil || event.changedPaths == nil:
            return try await push(event, try await GiteaAPI(connection, host: host, needsCredential: false))
        case .pullRequest(let request) where event.changedPaths == nil:
            return try await pullRequest(
                event, request, try await GiteaAPI(connection, host: host, needsCredential: false))
        default: return event
        }
    }

    private func push(_ event: SourceEvent, _ gitea: GiteaAPI) async throws(FailureDetails) -> SourceEvent {
        guard case .branchPushed(let branch, let from?, let to, var forced) = event.change,
            let before = CommitID(from)?.unlessZero, let after = CommitID(to)?.unlessZero
        else { return event }
        let comparison = GiteaComparison(repository: try GiteaAPI.repository(event.repository), api: gitea.api)
        if forced == nil { forced = try await comparison.isForced(from: before, to: after) }
        var known = event
        known.change = .branchPushed(branch: branch, before: from, after: to, forced: forced)
        switch forced {
        // A payload lists what a push added, not what a forced one took away.
        case true?: known.changedPaths = nil
        case false? where known.changedPaths == nil:
            known.changedPaths = try await comparison.changedPaths(from: before, to: after)
        case false?, nil: break
        }
        return known
    }

    private func pullRequest(
        _ event: SourceEvent, _ request: SourceEvent.PullRequest, _ gitea: GiteaAPI
    ) async throws(FailureDetails) -> SourceEvent {
        let path = try GiteaAPI.repository(event.repository) + "/pulls/\(request.number)"
        let answer = try await gitea.api.call("GET", path)
        if answer.status == 404 { return event }
        let shown = try answer.expect([200]).decode(PullRequest.self)
        // Of a request that has moved on since, the list is another one; without a count nothing tells it is whole.
        guard shown.head?.sha?.lowercased() == request.head, let count = shown.changedFiles else { return event }
        let files = try await gitea.list(File.self, "\(path)/files", mostPages: Self.mostPages)
        guard let files, files.count == count else { return event }
        var known = event
        known.changedPaths = Self.paths(files)
        return known
    }

    /// Both names of a renamed file.
    private static func paths(_ files: [File]) -> [String] {
        var paths: [String] = []
        var seen: Set<String> = []
        for path in files.flatMap({ [$0.previousFilename, $0.filename] }).compactMap({ $0 })
        where !path.isEmpty && seen.insert(path).inserted {
            paths.append(path)
        }
        return paths
    }
}
