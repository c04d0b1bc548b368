import Foundation
package import PipelineModel
package import PluginKit

/// Asks Bitbucket Cloud for the whole ids of abbreviated commits, and for the paths that a change touched.
package struct BitbucketResolver: EventResolver {
    package init() {}

    package var provider: String { BitbucketForm.cloud }

    /// - Returns: nothing for refs that aren't named: comparing all refs with what is known finds them; nor for a
    ///   pull request of which only the text was edited.
    package func resolve(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [SourceEvent] {
        switch (event.unresolved, event.change) {
        case (.refs, _), (nil, .refsChanged): return []
        case (.fullCommitID, .pullRequest(let request)):
            let target = try await CloudRepositoryAPI(event.repository, on: connection, host: host)
            if try await target.keepsCommits(request) { return [] }
            return [try await resolved(request, of: event, at: target)]
        default: return [event]
        }
    }

    private func resolved(
        _ request: SourceEvent.PullRequest, of event: SourceEvent, at target: CloudRepositoryAPI
    ) async throws(FailureDetails) -> SourceEvent {
        var request = request
        guard let head = try await target.head(of: request, into: event.repository) else {
            throw FailureDetails(
                .revisionUnavailable,
                "'\(event.repository.prefix(200))' has no commit \(request.head.prefix(64)), the head of pull request "
                    + "\(request.number)")
        }
        request.head = head
        request.updatedAt = nil
        if let base = request.base { request.base = try await target.commitID(base, at: target.path) }
        var event = event
        event.change = .pullRequest(request)
        event.unresolved = nil
        return event
    }

    package func enriched(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> SourceEvent {
        guard event.unresolved == nil, event.changedPaths == nil else { return event }
        var event = event
        switch event.change {
        case .branchPushed(_, .some(let before), let after, _):
            let repository = try await CloudRepositoryAPI(event.repository, on: connection, host: host)
            // The newer commit stands first, the reverse of git's order. Without `topic`, it is what differs.
            event.changedPaths = try await repository.changedPaths(
                repository.path + "/diffstat/\(HostAPI.encoded(after))..\(HostAPI.encoded(before))",
                [("topic", "false")])
        case .pullRequest(let request):
            guard let base = request.base else { return event }
            let repository = try await CloudRepositoryAPI(event.repository, on: connection, host: host)
            let source = try RepositoryName(request.sourceRepository ?? event.repository)
            // As Bitbucket itself links to it: the source's commit, a carriage return, the target's.
            let pair = "\(HostAPI.encoded(source.name)):\(HostAPI.encoded(request.head))%0D\(HostAPI.encoded(base))"
            let paths = try await repository.changedPaths(
                repository.path + "/diffstat/\(HostAPI.encoded(source.owner))/\(pair)",
                [("from_pullrequest_id", String(request.number)), ("topic", "true")])
            // Of one that was merged, no difference means that it was compared with its own result.
            event.changedPaths = request.merged == true && paths?.isEmpty == true ? nil : paths
        default: break
        }
        return event
    }
}

extension CloudRepositoryAPI {
    /// The whole id of a request's head. A fork's is asked of the fork; where that is gone or closed to us, of the
    /// target, which holds it once it was merged, and lists the commits of its requests whosesoever they are.
    fileprivate func head(
        of request: SourceEvent.PullRequest, into repository: String
    ) async throws(FailureDetails) -> String? {
        if let source = request.sourceRepository, source.lowercased() != repository.lowercased(),
            let found = try await commitID(request.head, at: try Self.path(of: source), isFork: true)
        {
            return found
        }
        if let found = try await commitID(request.head, at: path) { return found }
        let place = path + HostAPI.path("pullrequests", String(request.number), "commits")
        let commits = try await list(place, of: Commit.self, query: [("pagelen", "50")], most: 200)
        let head = request.head.lowercased()
        return commits?.elements.lazy.compactMap { CommitID($0.hash)?.text }.first { $0.hasPrefix(head) }
    }

    private struct Commit: Decodable { let hash: String }

    /// The whole id of a commit; `nil` when the repository hasn't got it, or is a fork that is closed to us.
    fileprivate func commitID(
        _ text: String, at repository: String, isFork: Bool = false
    ) async throws(FailureDetails) -> String? {
        if let whole = CommitID(text) { return whole.text }
        let answer: HostAPI.Answer
        do {
            answer = try await api.call("GET", repository + HostAPI.path("commit", text))
        } catch  where isFork && error.type == .permissionError {
            return nil
        }
        if answer.status == 404 { return nil }
        let hash = try answer.expect([200]).decode(Commit.self).hash
        guard let id = CommitID(hash), id.text.hasPrefix(text.lowercased()) else {
            throw FailureDetails(.systemUnavailable, "\(answer.call): the answer is another commit")
        }
        return id.text
    }

    /// Both names of what was renamed. `nil` when the commits are gone, there are more than are worth asking for, or
    /// the credential may not ask: `git` finds them then.
    fileprivate func changedPaths(
        _ path: String, _ query: [(String, String)]
    ) async throws(FailureDetails) -> [String]? {
        struct Entry: Decodable {
            struct File: Decodable { let path: String }
            let old: File?
            let new: File?
        }
        let list: PagedList<Entry>?
        do {
            list = try await self.list(path, of: Entry.self, query: query + [("pagelen", "100")])
        } catch  where error.type == .permissionError {
            return nil
        }
        guard let list, list.isComplete else { return nil }
        return ChangedPaths.each(list.elements.lazy.flatMap { [$0.old?.path, $0.new?.path] })
    }
}
