import Foundation
import PipelineModel
import PluginKit

/// Fetches one commit and writes its files, and nothing else, into a folder: no `.git`, no submodules, no LFS, no
/// hooks, no filters, bytes as they were committed.
///
/// Run by the source actions, at least once a job, each time in an empty workspace. Its own repository lies in the
/// workspace and is removed at the end. Throws `FailureDetails` for what the user can see, `CancellationError`, and
/// errors of the file system.
struct GitFetch: Sendable {
    /// What the connection's action page allows an artifact to hold.
    static let maximumSize: Int64 = 1 << 30
    static let maximumEntries = 1_000_000

    let git: GitProcess
    let branch: BranchName
    /// The commit that was asked for; `nil` means the branch's newest.
    let wanted: CommitID?
    /// The pull request whose head it is: a fork's commit may be had by the request's ref only.
    var pullRequest: Int?
    /// What the commit may not bring along, because a stranger wrote it.
    var protection: ForkProtection?

    private var remote: GitRemote { git.environment.remote }
    private static let target = "refs/penstock/commit"

    func run() async throws -> GitCommit {
        let folder = git.environment.folder
        // A killed run may have left its own behind, and a new repository needs its folder.
        if FileManager.default.fileExists(atPath: folder.path) { try FileManager.default.removeItem(at: folder) }
        for place in [git.environment.home, git.environment.gitDirectory] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        do {
            try await prepare()
            try await fetch()
            let commit = try await facts()
            try await measure(commit.id)
            try await checkOut(commit.id)
            try FileManager.default.removeItem(at: folder)
            return commit
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
    }

    private func prepare() async throws {
        let format = wanted?.isSHA256 == true ? "sha256" : "sha1"
        try await must(
            ["init", "--quiet", "--template=", "--object-format=\(format)"], "making a repository")
        // Attributes of the repository itself come before those of the commit: bytes are taken as they are.
        let info = git.environment.gitDirectory.appending(path: "info", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: info, withIntermediateDirectories: true)
        try Data("* -text !eol -ident -filter !working-tree-encoding\n".utf8)
            .write(to: info.appending(path: "attributes"))
    }

    private func fetch() async throws {
        var ending = GitProcess.Ending(succeeded: false, complaint: "")
        for url in remote.candidates {
            ending = try await fetch(from: url)
            if ending.succeeded { return }
            guard GitComplaint(ending.complaint) == .noRepository else { break }
        }
        throw failure(ending)
    }

    private func fetch(from url: String) async throws -> GitProcess.Ending {
        let ending = try await fetch(["--depth=1"], from: url, "+\(wanted?.text ?? branch.ref):\(Self.target)")
        guard let wanted, !ending.succeeded else { return ending }
        let complaint = GitComplaint(ending.complaint)
        if complaint.isMissingCommit, let pullRequest,
            let found = try await search(for: wanted, in: remote.pullRequestRef(pullRequest), at: url)
        {
            return found
        }
        guard complaint == .commitNotAdvertised else { return ending }
        return try await search(for: wanted, at: url) ?? ending
    }

    /// For servers that hand out only what a ref points at: the branch, ever deeper, then everything.
    private func search(for commit: CommitID, at url: String) async throws -> GitProcess.Ending? {
        let whole = "--depth=2147483647"
        let branchRef = "+\(branch.ref):refs/penstock/branch"
        let steps = [
            ("--depth=50", branchRef), ("--depth=1000", branchRef), (whole, branchRef),
            (whole, "+refs/heads/*:refs/penstock/heads/*"), (whole, "+refs/tags/*:refs/penstock/tags/*"),
        ]
        for (depth, refspec) in steps {
            let ending = try await fetch([depth], from: url, refspec)
            // The branch may be gone while the commit is still on another.
            guard ending.succeeded || GitComplaint(ending.complaint) == .noBranch else { return ending }
            let found = try await git.run(["update-ref", Self.target, "\(commit.text)^{commit}"])
            if found.succeeded { return found }
        }
        return nil
    }

    /// The request may have got newer commits since: then the wanted one lies below its head.
    private func search(for commit: CommitID, in ref: String, at url: String) async throws -> GitProcess.Ending? {
        for depth in ["--depth=1", "--depth=50", "--depth=2147483647"] {
            guard try await fetch([depth], from: url, "+\(ref):refs/penstock/request").succeeded else { return nil }
            let found = try await git.run(["update-ref", Self.target, "\(commit.text)^{commit}"])
            if found.succeeded { return found }
        }
        return nil
    }

    func fetch(_ options: [String], from url: String, _ refspec: String) async throws -> GitProcess.Ending {
        let fixed = [
            "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance",
        ]
        return try await git.run(["fetch"] + fixed + options + ["--", url, refspec], speaksToRemote: true)
    }

    private func facts() async throws -> GitCommit {
        var output = Data()
        let arguments = ["log", "-1", "--no-show-signature", "--encoding=UTF-8", "--format=\(GitCommit.format)"]
        let ending = try await git.run(arguments + ["\(Self.target)^{commit}", "--"]) { output.append(contentsOf: $0) }
        guard ending.succeeded, let commit = GitCommit(output) else {
            throw FailureDetails(
                .revisionUnavailable,
                "\(wanted?.text ?? branch.text) in the repository '\(remote.repository)' is not a commit; "
                    + "start the pipeline again with a commit's id")
        }
        return commit
    }

    /// Before anything is written: a commit of a few kilobytes can describe more files than any disk holds.
    private func measure(_ commit: CommitID) async throws {
        var size = TreeSize()
        let ending = try await git.run(["ls-tree", "-r", "-l", "-z", "--full-tree", commit.text]) { bytes in
            size.add(bytes)
            guard size.bytes <= Self.maximumSize, size.entries <= Self.maximumEntries else {
                throw FailureDetails(
                    .jobFailed,
                    "the files of commit \(commit) in '\(remote.repository)' are too many: more than 1 GB or "
                        + "\(Self.maximumEntries) files; keep large files outside of Git")
            }
        }
        guard ending.succeeded else { throw failure(ending) }
        git.log.line("\(remote.repository) at \(commit): \(size.entries) files, \(size.bytes) bytes")
    }

    private func checkOut(_ commit: CommitID) async throws {
        let read = try await git.run(["read-tree", commit.text])
        guard read.succeeded else { throw failure(read) }
        if let protection { try await restore(protection, over: commit) }
        let written = try await git.checkOutIndex()
        guard written.succeeded else { throw failure(written) }
    }

    private func must(_ arguments: [String], _ purpose: String) async throws {
        let ending = try await git.run(arguments)
        guard ending.succeeded else {
            throw FailureDetails(.systemUnavailable, "\(purpose) failed: \(ending.complaint.prefix(1000))")
        }
    }

    private func failure(_ ending: GitProcess.Ending) -> FailureDetails {
        GitComplaint(ending.complaint)
            .failure(fetching: wanted, branch: branch, from: remote, words: ending.complaint)
    }
}
