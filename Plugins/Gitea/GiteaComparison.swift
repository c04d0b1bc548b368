import PipelineModel
import PluginKit

/// What lies between two commits, as Gitea tells it from 1.22 on, and Forgejo. Its comparisons begin where both parted,
/// and older servers have none: what can't be told is `nil`.
struct GiteaComparison {
    /// `/repos/OWNER/NAME`.
    let repository: String
    let api: HostAPI

    private struct Answer: Decodable {
        struct Commit: Decodable { let files: [File]? }
        struct File: Decodable { let filename: String? }
        let totalCommits: Int?
        let commits: [Commit]?

        private enum CodingKeys: String, CodingKey {
            case totalCommits = "total_commits"
            case commits
        }
    }

    /// Whether `before` holds commits that `after` doesn't.
    func isForced(from before: CommitID, to after: CommitID) async throws(FailureDetails) -> Bool? {
        try await compare(after, before, files: false)?.totalCommits.map { $0 > 0 }
    }

    /// Every path that the commits of a push touched which was not forced: what its payload would list.
    func changedPaths(from before: CommitID, to after: CommitID) async throws(FailureDetails) -> [String]? {
        guard let found = try await compare(before, after, files: true), let commits = found.commits,
            found.totalCommits == commits.count
        else { return nil }
        var paths: [String] = []
        var seen: Set<String> = []
        for commit in commits {
            guard let files = commit.files else { return nil }
            for path in files.compactMap(\.filename) where seen.insert(path).inserted { paths.append(path) }
        }
        return paths
    }

    private func compare(
        _ base: CommitID, _ head: CommitID, files: Bool
    ) async throws(FailureDetails) -> Answer? {
        let answer = try await api.call(
            "GET", "\(repository)/compare/\(base)...\(head)",
            query: [("verification", "false"), ("files", files ? "true" : "false")])
        // A commit that is gone, or a server without comparisons.
        if answer.status == 404 { return nil }
        return try answer.expect([200]).decode(Answer.self)
    }
}
