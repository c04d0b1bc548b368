import Foundation
package import PipelineModel
package import PluginKit

/// Asks Gitea or Forgejo what their deliveries leave open: the commit of a tag, the files of a pull request. What only
/// Git's history can tell (whether a push was forced, what it changed) is left to Git.
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
        guard case .pullRequest(let request) = event.change, event.changedPaths == nil else { return event }
        let gitea = try await GiteaAPI(connection, host: host, needsCredential: false)
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
