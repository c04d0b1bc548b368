import Foundation
import PipelineModel
import PluginKit

extension CloudRepositoryAPI {
    /// Whether the host's own record is sure that what was changed at a pull request was neither its commits nor its
    /// target: its title, its description, its reviewers or its draft mark.
    func keepsCommits(_ request: SourceEvent.PullRequest) async throws(FailureDetails) -> Bool {
        guard request.event == .updated, let time = request.updatedAt.flatMap(Self.date) else { return false }
        let place = path + HostAPI.path("pullrequests", String(request.number), "activity")
        let list: PagedList<PullRequestActivity>?
        do {
            list = try await self.list(place, of: PullRequestActivity.self, query: [("pagelen", "50")], most: 200)
        } catch  where error.type == .permissionError {
            // A credential that may read commits need not see requests.
            return false
        }
        let updates = (list?.elements ?? []).compactMap(\.update)
        // Newest first: each one's predecessor follows it.
        let known = zip(updates, updates.dropFirst()).filter { update, _ in
            guard let date = update.date.flatMap(Self.date) else { return false }
            return abs(date.timeIntervalSince(time)) <= Self.tolerance
        }
        let hasFirst = updates.last?.date.flatMap(Self.date).map { abs($0.timeIntervalSince(time)) <= Self.tolerance }
        return !known.isEmpty && hasFirst == false && known.allSatisfy { $0.isSame(as: $1) }
    }

    /// The record's time and the request's are written one after the other.
    private static let tolerance = 2.0

    /// Seconds are enough.
    private static func date(_ text: String) -> Date? {
        let whole = text.replacing(/\.[0-9]+/, with: "")
        return try? Date(whole, strategy: .iso8601)
    }
}

/// One entry of the host's record of a pull request; comments and approvals have no `update`.
struct PullRequestActivity: Decodable {
    struct Update: Decodable {
        struct End: Decodable {
            struct Branch: Decodable { let name: String? }
            struct Commit: Decodable { let hash: String? }

            let branch: Branch?
            let commit: Commit?
        }

        let date: String?
        let source: End?
        let destination: End?

        func isSame(as other: Update) -> Bool {
            guard let hash = source?.commit?.hash, let target = destination?.branch?.name else { return false }
            return hash == other.source?.commit?.hash && target == other.destination?.branch?.name
        }
    }

    let update: Update?
}
