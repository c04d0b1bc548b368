import Foundation
import PipelineModel
import PluginKit

/// What both source actions do once they know the repository: fetch the commit and report it.
struct CommitSource: Sendable {
    let remote: GitRemote
    let branch: BranchName
    var protection: ForkProtection?

    /// AWS allows 100 KB for CommitMessage (spec: execution-semantics §11).
    static let longestMessage = 100 * 1024
    /// The API's longest summary.
    static let longestSummary = 2048

    func deliver(
        _ job: ActionJob, on host: any ActionHost, variables: (GitCommit) -> [String: String]
    ) async throws -> ActionOutcome {
        guard let output = job.outputs.first else {
            throw FailureDetails(
                .configurationError, "the action '\(job.action)' declares no output artifact; give it one")
        }
        maskCredential(in: host.log)
        let wanted = try job.wantedCommit()
        host.log.line("Fetching \(remote.repository), \(wanted.map { "commit \($0)" } ?? "branch \(branch)")")
        let environment = GitEnvironment(
            folder: job.workspace.appending(path: "git-fetch", directoryHint: .isDirectory), workTree: output.folder,
            remote: remote, owner: try LeftoverProcesses.owner(of: job.type, on: host))
        let fetch = GitFetch(
            git: GitProcess(environment: environment, log: host.log), branch: branch, wanted: wanted,
            pullRequest: job.eventVariables["PullRequestId"].flatMap { Int($0) }, protection: protection)
        let commit = try await fetch.run()
        return .succeeded(success(commit, output: output, job: job, variables: variables(commit)))
    }

    private func success(
        _ commit: GitCommit, output: OutputArtifact, job: ActionJob, variables: [String: String]
    ) -> ActionSuccess {
        let summary = String(commit.message.prefix(Self.longestSummary))
        let page = remote.page(of: commit.id)
        return ActionSuccess(
            outputs: [output.name: .directory(output.folder)],
            // An empty value can't be shown or referred to: what a commit leaves empty is absent.
            variables: variables.filter { !$0.value.isEmpty },
            progress: ActionProgress(
                externalExecutionID: commit.id.text, externalExecutionURL: page, summary: summary, percentComplete: 100),
            revision: SourceRevision(
                actionName: job.action, revisionID: commit.id.text, summary: summary.isEmpty ? nil : summary, url: page,
                created: commit.committed.timeIntervalSince1970),
            protectedPaths: protection?.patterns.map(\.text))
    }

    /// The secret, and the form that it has in an `Authorization` header.
    private func maskCredential(in log: any ActionLog) {
        guard let credential = remote.credential, !credential.secret.isEmpty else { return }
        log.mask(credential.secret)
        log.mask(Data("\(credential.user):\(credential.secret)".utf8).base64EncodedString())
    }
}

extension ActionProvider {
    /// Turns what a fetch throws into the job's outcome. After cancellation, the outcome is ignored.
    func outcome(of job: ActionJob, _ work: () async throws -> ActionOutcome) async -> ActionOutcome {
        do {
            return try await work()
        } catch let failure as FailureDetails {
            return .failed(failure)
        } catch is CancellationError {
            return .failed(FailureDetails(.systemUnavailable, "fetching the source was stopped"))
        } catch {
            return .failed(FailureDetails(.systemUnavailable, "writing the source's files failed: \(error)"))
        }
    }
}

extension ActionJob {
    /// A configuration value that must be there.
    func required(_ key: String) throws(FailureDetails) -> String {
        guard let value = configuration[key], !value.isEmpty else {
            throw FailureDetails(.configurationError, "the action '\(action)' needs the configuration key '\(key)'")
        }
        return value
    }

    func wantedCommit() throws(FailureDetails) -> CommitID? {
        guard let revision else { return nil }
        guard revision.revisionType == .commitID, let commit = CommitID(revision.revisionValue)?.unlessZero else {
            throw FailureDetails(
                .configurationError,
                "the revision asked for is no full commit id (\(revision.revisionType.rawValue) "
                    + "'\(printable(revision.revisionValue))'); give COMMIT_ID with all 40 or 64 hex digits")
        }
        return commit
    }
}
