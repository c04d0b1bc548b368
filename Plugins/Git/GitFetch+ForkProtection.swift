import Foundation
import PipelineModel
import PluginKit

extension GitFetch {
    private static let base = "refs/penstock/base"

    /// In the index, after the commit was read into it: takes the commit's own protected files away and puts the base
    /// branch's in their place.
    func restore(_ protection: ForkProtection, over commit: CommitID) async throws {
        try await fetchBase(protection.base)
        for entry in try await entries(of: commit.text, protection) {
            try await index(["--force-remove", "--", entry.path])
        }
        let kept = try await entries(of: Self.base, protection)
        // Of the fork's, what lies in the way of such a file goes: a link or a file in a folder's place, or the reverse.
        for entry in kept {
            try await index(["--add", "--replace", "--cacheinfo", "\(entry.mode),\(entry.id),\(entry.path)"])
        }
        git.log.line(
            "A pull request from a fork: \(kept.count) protected files are taken from branch \(protection.base)")
    }

    private func fetchBase(_ branch: BranchName) async throws {
        var complaint = ""
        for url in git.environment.remote.candidates {
            let ending = try await fetch(["--depth=1"], from: url, "+\(branch.ref):\(Self.base)")
            if ending.succeeded { return }
            complaint = ending.complaint
        }
        throw FailureDetails(
            .revisionUnavailable,
            "the pull request's target branch '\(branch)' could not be fetched, and what a fork may not change stands "
                + "there: \(complaint.prefix(500))")
    }

    private struct Entry {
        let mode: String
        let id: String
        let path: String
    }

    private func entries(of tree: String, _ protection: ForkProtection) async throws -> [Entry] {
        var output = Data()
        let ending = try await git.run(["ls-tree", "-r", "-z", "--full-tree", tree]) { output.append(contentsOf: $0) }
        guard ending.succeeded else {
            throw FailureDetails(.systemUnavailable, "the files of \(tree) can't be listed: \(ending.complaint)")
        }
        let found = output.split(separator: 0).compactMap { line -> Entry? in
            let parts = String(decoding: line, as: UTF8.self).split(separator: "\t", maxSplits: 1)
            let facts = parts.first?.split(separator: " ") ?? []
            guard parts.count == 2, facts.count == 3, protection.protects(String(parts[1])) else { return nil }
            return Entry(mode: String(facts[0]), id: String(facts[2]), path: String(parts[1]))
        }
        guard found.count <= ForkProtection.mostFiles else {
            throw FailureDetails(
                .configurationError,
                "\(found.count) files are protected from forks; narrow the connection's option \(ForkProtection.option)"
            )
        }
        return found
    }

    private func index(_ arguments: [String]) async throws {
        let ending = try await git.run(["update-index"] + arguments)
        guard ending.succeeded else {
            throw FailureDetails(.systemUnavailable, "protecting a file failed: \(ending.complaint.prefix(1000))")
        }
    }
}
