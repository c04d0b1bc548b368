import Foundation
import PipelineModel
import PluginKit

/// What is asked of one project. `nil` answers are those that GitLab can't or won't give whole.
struct GitLabQuestions {
    private let gitLab: GitLabAPI
    private let project: String

    init(_ repository: String, _ connection: Connection, _ host: any PluginHost) async throws(FailureDetails) {
        gitLab = try await GitLabAPI(connection, host: host, needsCredential: false)
        project = GitLabAPI.project(repository)
    }

    private struct Commit: Decodable { let id: String }
    private struct Tag: Decodable {
        /// The tag object's id; of a lightweight tag the commit's.
        let target: String?
        let commit: Commit?
    }
    private struct File: Decodable {
        let oldPath: String?
        let newPath: String?

        private enum CodingKeys: String, CodingKey {
            case oldPath = "old_path"
            case newPath = "new_path"
        }
    }
    private struct Comparison: Decodable {
        let diffs: [File]
        /// Set where GitLab has left files out.
        let compareTimeout: Bool?

        private enum CodingKeys: String, CodingKey {
            case diffs
            case compareTimeout = "compare_timeout"
        }
    }
    private struct Request: Decodable {
        struct Versions: Decodable {
            let headSha: String?
            let startSha: String?

            private enum CodingKeys: String, CodingKey {
                case headSha = "head_sha"
                case startSha = "start_sha"
            }
        }
        let sha: String?
        let changesCount: String?
        let diffRefs: Versions?

        private enum CodingKeys: String, CodingKey {
            case sha
            case changesCount = "changes_count"
            case diffRefs = "diff_refs"
        }
    }

    struct MergeRequest {
        let head: String?
        let base: String?
        let changesCount: Int?
    }

    /// - Throws: `revisionUnavailable` when the tag is gone, has moved or points at no commit.
    func commit(ofTag tag: String, pointingAt target: String) async throws(FailureDetails) -> String {
        let answer = try await gitLab.api.call("GET", "\(project)/repository/tags/\(HostAPI.encoded(tag))")
        guard answer.status != 404 else {
            throw FailureDetails(.revisionUnavailable, "\(answer.call): the tag is gone (404)")
        }
        let found = try answer.expect([200]).decode(Tag.self)
        guard let commit = found.commit.flatMap({ CommitID($0.id) })?.text else {
            throw FailureDetails(.revisionUnavailable, "\(answer.call): the tag points at no commit")
        }
        guard found.target?.lowercased() == target || commit == target else {
            throw FailureDetails(.revisionUnavailable, "\(answer.call): the tag has moved since")
        }
        return commit
    }

    func fullID(_ commit: String) async throws(FailureDetails) -> String {
        let answer = try await gitLab.api.call("GET", "\(project)/repository/commits/\(HostAPI.encoded(commit))")
        guard answer.status != 404 else {
            throw FailureDetails(.revisionUnavailable, "\(answer.call): there is no such commit (404)")
        }
        let found = try answer.expect([200]).decode(Commit.self)
        guard let id = CommitID(found.id), id.text.hasPrefix(commit.lowercased()) else {
            throw FailureDetails(.systemUnavailable, "\(answer.call): the answer is another commit")
        }
        return id.text
    }

    /// Whether `before` is no ancestor of `after`; `nil` when GitLab no longer has one of them.
    func isForced(from before: String, to after: String) async throws(FailureDetails) -> Bool? {
        let answer = try await gitLab.api.call(
            "GET", "\(project)/repository/merge_base", query: [("refs[]", before), ("refs[]", after)])
        switch answer.status {
        case 200: return try answer.decode(Commit.self).id.lowercased() != before
        // The two have nothing in common.
        case 404 where String(decoding: answer.body.prefix(300), as: UTF8.self).contains("Merge Base"): return true
        case 400, 404: return nil
        default:
            _ = try answer.expect([200])
            return nil
        }
    }

    /// What differs between two commits.
    func changedPaths(from before: String, to after: String) async throws(FailureDetails) -> [String]? {
        let answer = try await gitLab.api.call(
            "GET", "\(project)/repository/compare", query: [("from", before), ("to", after), ("straight", "true")])
        if [400, 404].contains(answer.status) { return nil }
        let found = try answer.expect([200]).decode(Comparison.self)
        return found.compareTimeout == true ? nil : Self.paths(found.diffs)
    }

    /// `nil` when it can't be seen.
    func mergeRequest(_ number: Int) async throws(FailureDetails) -> MergeRequest? {
        let answer = try await gitLab.api.call("GET", "\(project)/merge_requests/\(number)")
        if answer.status == 404 { return nil }
        let found = try answer.expect([200]).decode(Request.self)
        // Above GitLab's limit it is `1000+`.
        let versions = found.diffRefs
        let base = versions?.headSha == found.sha ? versions?.startSha : nil
        return MergeRequest(
            head: found.sha?.lowercased(), base: base.flatMap(CommitID.init)?.text,
            changesCount: found.changesCount.flatMap { Int($0) })
    }

    /// - Parameter count: how many files GitLab says there are; without it nothing tells whether the list is whole.
    func changedPaths(of number: Int, count: Int?) async throws(FailureDetails) -> [String]? {
        guard let count else { return nil }
        // Before 15.7 there was no such list.
        let files = try await gitLab.list(File.self, "\(project)/merge_requests/\(number)/diffs", mostPages: 30)
        guard let files, files.count == count else { return nil }
        return Self.paths(files)
    }

    /// Both names of a renamed file.
    private static func paths(_ files: [File]) -> [String] {
        var paths: [String] = []
        var seen: Set<String> = []
        for path in files.flatMap({ [$0.oldPath, $0.newPath] }).compactMap({ $0 }) where seen.insert(path).inserted {
            paths.append(path)
        }
        return paths
    }
}
