import Foundation
import PipelineModel
import PluginKit
import Synchronization

/// Shows stages at commits by check runs: one for each time that a stage runs, brought from its beginning to its end.
///
/// A run that has ended can't be opened again: a stage that is run again gets a new one of the same name, and GitHub
/// shows the newest.
final class GitHubCheckRuns: Sendable {
    /// As many as GitHub keeps of one name, a hundred a page.
    private static let mostPages = 10
    /// Runs that were opened in this life of the gateway and have not ended, so that most ends need no search.
    private let open = Mutex<[Place: Int]>([:])
    private static let mostOpen = 4096

    private struct Place: Hashable {
        let connection: ConnectionARN
        let repository: String
        let commit: CommitID
        let name: String
        let execution: String
    }

    /// - Throws: `permissionError` too where the credential is no App's, or the App's may not write checks.
    func report(
        _ status: CommitStatus, mayBeThere: Bool, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) {
        let repository = try GitHubRepository(status.repository)
        guard let commit = CommitID(status.commit) else {
            throw FailureDetails(.revisionUnavailable, "'\(shown(status.commit))' is no commit id")
        }
        let api = try await GitHubAccess.api(for: connection, host: host)
        let wish = GitHubCheckRun(status, now: host.now())
        let place = Place(
            connection: connection.arn, repository: status.repository, commit: commit, name: wish.name,
            execution: wish.execution)
        // Of one that begins for the first time there is none yet.
        var former = mayBeThere ? nil : open.withLock { $0[place] }.map { GitHubCheckRun.Shown(open: $0) }
        if former == nil, mayBeThere || wish.hasEnded {
            former = try await newest(of: wish, at: commit, of: repository, api)
        }
        if mayBeThere, let former, former.says(wish) { return remember(former.id, isOpen: !former.hasEnded, at: place) }
        if let former, !former.hasEnded {
            let answer = try await api.call(
                "PATCH", repository.path("check-runs", String(former.id)), json: wish.update, isIdempotent: true)
            try GitHubStatuses.check(answer, status, may: "checks")
            remember(former.id, isOpen: !wish.hasEnded, at: place)
        } else {
            let answer = try await api.call("POST", repository.path("check-runs"), json: wish.creation(at: commit))
            try GitHubStatuses.check(answer, status, may: "checks")
            remember(try answer.decode(Made.self).id, isOpen: !wish.hasEnded, at: place)
        }
    }

    private struct Made: Decodable { let id: Int }

    private func remember(_ id: Int, isOpen: Bool, at place: Place) {
        open.withLock { open in
            if open.count >= Self.mostOpen { open = [:] }
            open[place] = isOpen ? id : nil
        }
    }

    private struct Page: Decodable {
        let runs: [GitHubCheckRun.Shown]
        enum CodingKeys: String, CodingKey { case runs = "check_runs" }
    }

    /// The run of this execution's stage that was made last.
    private func newest(
        of wish: GitHubCheckRun, at commit: CommitID, of repository: GitHubRepository, _ api: HostAPI
    ) async throws(FailureDetails) -> GitHubCheckRun.Shown? {
        var answer = try await api.call(
            "GET", repository.path("commits", commit.text, "check-runs"),
            query: [("check_name", wish.name), ("filter", "all"), ("per_page", "100")])
        var found: [GitHubCheckRun.Shown] = []
        for _ in 0..<Self.mostPages {
            // What is wrong with the commit or the right to it, the attempt to write will say.
            guard answer.status == 200 else { break }
            found += try answer.decode(Page.self).runs.filter { $0.isOf(wish) }
            guard let next = answer.nextPage else { break }
            answer = try await api.call("GET", next)
        }
        return found.max { $0.id < $1.id }
    }
}
