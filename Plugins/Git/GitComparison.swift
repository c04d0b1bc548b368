import Foundation
import PipelineModel
import PluginKit

/// Which paths differ between two commits of a remote repository.
///
/// Throws `FailureDetails`: `revisionUnavailable` when a commit is not there, another type for what may pass.
struct GitComparison: Sendable {
    /// More are no list that anybody's filter was written for.
    static let mostPaths = 1_000_000

    let remote: GitRemote
    let scratch: URL
    let owner: String

    func paths(of change: ChangedPathsQuery) async throws -> [String] {
        switch change {
        case .push(_, let before, let after):
            return try await paths(between: try id(before), and: try id(after))
        case .pullRequest(_, let number, let head, let target, let base):
            let head = try id(head)
            let branch = try BranchName(target, key: "the target branch")
            let fork = try await GitForkPoint(
                git: git("history"), head: head, branch: branch, number: number, base: base.flatMap(CommitID.init)
            ).find()
            return try await paths(between: fork, and: head, number: number)
        }
    }

    private func id(_ text: String) throws(FailureDetails) -> CommitID {
        guard let id = CommitID(text)?.unlessZero else {
            throw FailureDetails(.revisionUnavailable, "'\(printable(text))' is no commit id")
        }
        return id
    }

    private func git(_ name: String) -> GitProcess {
        let folder = scratch.appending(path: name, directoryHint: .isDirectory)
        return GitProcess(
            environment: GitEnvironment(
                folder: folder, workTree: folder.appending(path: "none"), remote: remote, owner: owner),
            log: SilentLog())
    }

    /// Both commits' trees and no file of theirs.
    private func paths(between old: CommitID, and new: CommitID, number: Int? = nil) async throws -> [String] {
        let git = git("trees")
        try await git.makeRepository(for: new)
        let options = ["--depth=1", "--filter=blob:none"]
        var ending = try await git.fetch(options, [old.text, new.text])
        if !ending.succeeded, GitComplaint(ending.complaint).isMissingCommit {
            ending = try await search(for: [old, new], number: number, with: git) ?? ending
        }
        guard ending.succeeded else { throw git.question(ending) }
        return try await difference(old, new, git)
    }

    /// For servers that hand out only what a ref points at: everything, still without files.
    private func search(
        for commits: [CommitID], number: Int?, with git: GitProcess
    ) async throws -> GitProcess.Ending? {
        let heads = ["+refs/heads/*:refs/penstock/heads/*"]
        let request = number.map { ["+\(remote.pullRequestRef($0)):refs/penstock/request"] } ?? []
        for refs in [heads + request, heads] {
            let ending = try await git.fetch(["--filter=blob:none"], refs)
            guard ending.succeeded else { continue }
            for commit in commits {
                guard try await git.run(["cat-file", "-e", "\(commit.text)^{commit}"]).succeeded else { return nil }
            }
            return ending
        }
        return nil
    }

    private func difference(_ old: CommitID, _ new: CommitID, _ git: GitProcess) async throws -> [String] {
        var output: [UInt8] = []
        var count = 0
        let arguments = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff"]
        let ending = try await git.run(arguments + [old.text, new.text, "--"]) { bytes in
            output.append(contentsOf: bytes)
            count += bytes.reduce(0) { $1 == 0 ? $0 + 1 : $0 }
            guard count <= Self.mostPaths else {
                throw FailureDetails(
                    .revisionUnavailable, "more than \(Self.mostPaths) paths differ between \(old) and \(new)")
            }
        }
        guard ending.succeeded else { throw git.question(ending) }
        return output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}
