import Foundation
import PipelineModel

/// What questions about commits need of git beside what a source action does.
extension GitProcess {
    /// An empty repository in the environment's folder, for ids of that kind.
    func makeRepository(for commit: CommitID) async throws {
        for place in [environment.home, environment.gitDirectory] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        let format = commit.isSHA256 ? "sha256" : "sha1"
        let ending = try await run(["init", "--quiet", "--template=", "--object-format=\(format)"])
        guard ending.succeeded else {
            throw FailureDetails(.systemUnavailable, "making a repository failed: \(ending.complaint.prefix(1000))")
        }
    }

    /// Fetches from the first of the remote's URLs that is a repository.
    func fetch(_ options: [String], _ refs: [String]) async throws -> Ending {
        let fixed = [
            "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance",
        ]
        var ending = Ending(succeeded: false, complaint: "")
        for url in environment.remote.candidates {
            ending = try await run(["fetch"] + fixed + options + ["--", url] + refs, speaksToRemote: true)
            if ending.succeeded || GitComplaint(ending.complaint) != .noRepository { break }
        }
        return ending
    }

    /// Why a question can't be answered: for good when commits or the branch are gone, else for now. What is wrong
    /// with a credential or a host today, its owner may mend.
    func question(_ ending: Ending) -> FailureDetails {
        let remote = environment.remote
        let complaint = GitComplaint(ending.complaint)
        switch complaint {
        case .noBranch, .noCommit, .commitNotAdvertised:
            let what = complaint == .noBranch ? "the branch" : "a commit"
            return FailureDetails(
                .revisionUnavailable,
                "\(what) that the event names is no longer in the repository '\(remote.repository)': it was deleted, "
                    + "or removed by a forced push")
        default:
            var failure = complaint.failure(from: remote, words: ending.complaint)
            if failure.type == .configurationError { failure.type = .systemUnavailable }
            return failure
        }
    }
}

extension GitComplaint {
    /// The server doesn't hand the commit out under its id.
    var isMissingCommit: Bool { self == .noCommit || self == .commitNotAdvertised }
}

extension GitRemote {
    /// The ref under which the host keeps a pull request's head in the target's repository.
    func pullRequestRef(_ number: Int) -> String {
        switch provider.lowercased() {
        case "gitlab": "refs/merge-requests/\(number)/head"
        case "bitbucketserver", "bitbucketdc": "refs/pull-requests/\(number)/from"
        default: "refs/pull/\(number)/head"
        }
    }
}
