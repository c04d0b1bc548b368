import PipelineModel
import PluginKit

/// What lies between two commits, as GitHub's API tells it. Where it can't be told, or not all of it, the answer is
/// `nil`: then `git` is asked.
struct GitHubComparison {
    let repository: GitHubRepository
    let api: HostAPI

    /// A comparison lists no more files.
    private static let mostCompared = 300
    /// A pull request lists no more files.
    private static let mostOfPullRequest = 3000

    struct Found {
        /// Whether the later one leaves commits of the earlier one behind.
        let isForced: Bool?
        /// What the later one changed since both parted; absent where the list may be cut.
        let paths: [String]?
    }

    private struct Answer: Decodable {
        let status: String?
        let files: [File]?
    }

    private struct File: Decodable {
        let name: String
        let oldName: String?
        let status: String?

        enum CodingKeys: String, CodingKey { case name = "filename", oldName = "previous_filename", status }
    }

    func compare(_ before: String, _ after: String) async throws(FailureDetails) -> Found? {
        guard let before = CommitID(before)?.unlessZero, let after = CommitID(after)?.unlessZero else { return nil }
        let path = repository.path("compare") + "/\(before)...\(after)"
        let answer = try await api.call("GET", path, query: [("per_page", "1")])
        // A commit that is gone, or a difference that is too large.
        guard answer.status == 200 else { return nil }
        let found = try answer.decode(Answer.self)
        let isForced: Bool? =
            switch found.status {
            case "ahead", "identical": false
            case "diverged", "behind": true
            default: nil
            }
        let files = found.files.flatMap { $0.count < Self.mostCompared ? $0 : nil }
        return Found(isForced: isForced, paths: files.map(Self.paths))
    }

    /// By the two commits where that is enough; else the pull request's own list, as long as it is still at this head.
    func paths(of pullRequest: SourceEvent.PullRequest) async throws(FailureDetails) -> [String]? {
        if let base = pullRequest.base, let paths = try await compare(base, pullRequest.head)?.paths { return paths }
        let path = repository.path("pulls", String(pullRequest.number))
        guard let now = try await pull(path), now.head.sha == pullRequest.head,
            now.changedFiles < Self.mostOfPullRequest
        else { return nil }
        var files: [File] = []
        var answer = try await api.call("GET", "\(path)/files", query: [("per_page", "100")])
        while answer.status == 200, files.count < Self.mostOfPullRequest {
            files += try answer.decode([File].self)
            guard let next = answer.nextPage else { break }
            answer = try await api.call("GET", next)
        }
        return files.count == now.changedFiles ? Self.paths(of: files) : nil
    }

    private struct Pull: Decodable {
        struct Head: Decodable { let sha: String }
        let head: Head
        let changedFiles: Int
        enum CodingKeys: String, CodingKey { case head, changedFiles = "changed_files" }
    }

    private func pull(_ path: String) async throws(FailureDetails) -> Pull? {
        let answer = try await api.call("GET", path)
        return answer.status == 200 ? try answer.decode(Pull.self) : nil
    }

    /// Both names of a file that was moved.
    private static func paths(of files: [File]) -> [String] {
        var seen: Set<String> = []
        return files.filter { $0.status != "unchanged" }
            .flatMap { [$0.oldName, $0.name].compactMap { $0 } }
            .filter { seen.insert($0).inserted }
    }
}
