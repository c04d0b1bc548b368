import Foundation
import PipelineModel

/// Where a pull request left its target branch: their merge base, found in a history without trees and files.
struct GitForkPoint: Sendable {
    let git: GitProcess
    let head: CommitID
    let branch: BranchName
    let number: Int
    /// The target's commit that the host compared it with.
    let base: CommitID?

    private static let target = "refs/penstock/target"

    func find() async throws -> CommitID {
        try await git.makeRepository(for: head)
        for depth in ["--depth=200", "--depth=5000", "--depth=2147483647"] {
            try await fetch(depth)
            if let fork = try await mergeBase(head.text, Self.target) {
                guard fork == head else { return fork }
                // It has been merged: the target as it was before tells.
                return try await baseBeforeMerge(depth) ?? fork
            }
        }
        throw FailureDetails(
            .revisionUnavailable,
            "pull request \(number) of '\(git.environment.remote.repository)' and the branch '\(branch)' have no "
                + "commit in common")
    }

    private func fetch(_ depth: String) async throws {
        let target = "+\(branch.ref):\(Self.target)"
        var ending = try await git.fetch([depth, "--filter=tree:0"], [head.text, target])
        if !ending.succeeded, GitComplaint(ending.complaint).isMissingCommit {
            let request = "+\(git.environment.remote.pullRequestRef(number)):refs/penstock/request"
            ending = try await git.fetch([depth, "--filter=tree:0"], [request, target])
            // The request may have moved on: its older head lies below.
            if ending.succeeded, !(try await git.run(["cat-file", "-e", "\(head.text)^{commit}"]).succeeded) {
                throw FailureDetails(
                    .revisionUnavailable,
                    "commit \(head) is no longer in pull request \(number) of "
                        + "'\(git.environment.remote.repository)'")
            }
        }
        guard ending.succeeded else { throw git.question(ending) }
    }

    private func baseBeforeMerge(_ depth: String) async throws -> CommitID? {
        guard let base else { return nil }
        if !(try await git.run(["cat-file", "-e", "\(base.text)^{commit}"]).succeeded) {
            let ending = try await git.fetch([depth, "--filter=tree:0"], [base.text])
            guard ending.succeeded else { throw git.question(ending) }
        }
        return try await mergeBase(head.text, base.text)
    }

    private func mergeBase(_ one: String, _ other: String) async throws -> CommitID? {
        var output = Data()
        let ending = try await git.run(["merge-base", one, other]) { output.append(contentsOf: $0) }
        guard ending.succeeded else { return nil }
        return CommitID(String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
