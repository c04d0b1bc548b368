import Foundation
import PipelineModel
package import PluginKit

/// `CodeStarSourceConnection`: one commit of a repository behind a declared connection, whatever its host.
package struct ConnectionSourceAction: ActionProvider {
    static let typeID = ActionTypeID(category: .source, owner: .aws, provider: "CodeStarSourceConnection")

    /// Globs of the files that no fork may change, whatever the connection's options say.
    private let instructions: [String]

    package init(instructions: [String] = []) { self.instructions = instructions }

    package var type: ActionTypeDescription {
        ActionTypeDescription(
            id: Self.typeID,
            configuration: [
                ConfigurationProperty("ConnectionArn", required: true, summary: "the connection, from penstock.yaml"),
                ConfigurationProperty(
                    "FullRepositoryId", required: true, summary: "owner/repository, as the host writes it"),
                ConfigurationProperty(
                    "BranchName", required: true, summary: "the branch whose pushes start the pipeline"),
                ConfigurationProperty("OutputArtifactFormat", summary: "CODE_ZIP, the default"),
                ConfigurationProperty("DetectChanges", summary: "false: pushes don't start the pipeline"),
            ], inputArtifacts: 0...0, outputArtifacts: 1...1, timeout: 3600)
    }

    package func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        await outcome(of: job) {
            let arn = ConnectionARN(try job.required("ConnectionArn"))
            let repository = try job.required("FullRepositoryId")
            let branch = try Self.branch(of: job)
            try checkFormat(job.configuration["OutputArtifactFormat"])
            guard let connection = host.connections.connection(arn) else { throw Self.unknown(arn, host.connections) }
            let protection = try ForkProtection(
                job, options: connection.options, branch: branch, instructions: instructions)
            let said = Self.variables(of: job, branch: branch).merging([
                "ConnectionArn": arn.rawValue, "FullRepositoryName": repository, "ProviderType": connection.provider,
            ]) { $1 }
            let outcome = try await host.showingCredential(for: connection) { credential throws(FailureDetails) in
                let remote = try GitRemote(
                    connection, repository: repository, credential: credential, key: "FullRepositoryId")
                let source = CommitSource(remote: remote, branch: branch, protection: protection)
                return try await Self.result {
                    try await source.deliver(job, on: host) { said.merging(Self.variables(of: $0)) { $1 } }
                }
            }
            return try outcome.get()
        }
    }

    /// What the user can see is thrown, all else is a result.
    private static func result(
        _ work: () async throws -> ActionOutcome
    ) async throws(FailureDetails) -> Result<ActionOutcome, any Error> {
        do {
            return .success(try await work())
        } catch let failure as FailureDetails {
            throw failure
        } catch {
            return .failure(error)
        }
    }

    private static func variables(of commit: GitCommit) -> [String: String] {
        [
            "AuthorDate": commit.authored.ISO8601Format(), "AuthorDisplayName": commit.authorName,
            "AuthorEmail": commit.authorEmail, "AuthorId": commit.authorID, "CommitId": commit.id.text,
            "CommitMessage": commit.message.cut(toUTF8: CommitSource.longestMessage),
        ]
    }

    package func cleanUp(on host: any PluginHost) async {
        await LeftoverProcesses.end(of: type.id, on: host)
        await GitSourceHost.cleanUp(on: host)
    }

    /// The branch that the event names, which a filter may have let in, else the action's own.
    private static func branch(of job: ActionJob) throws(FailureDetails) -> BranchName {
        let declared = try BranchName(job.required("BranchName"), key: "BranchName")
        guard let pushed = job.eventVariables["BranchName"] else { return declared }
        return try BranchName(pushed, key: "the event's branch")
    }

    /// What depends on the kind of event (spec: execution-semantics §11): a pull request has two branches and no
    /// `BranchName`; a tag's push names no branch, so the action's own stands there.
    private static func variables(of job: ActionJob, branch: BranchName) -> [String: String] {
        let keys = [
            "TagName", "PullRequestId", "PullRequestTitle", "SourceBranchName", "DestinationBranchName",
        ]
        var variables = job.eventVariables.filter { keys.contains($0.key) }
        if variables["PullRequestId"] == nil { variables["BranchName"] = branch.text }
        return variables
    }

    private func checkFormat(_ format: String?) throws(FailureDetails) {
        switch format {
        case nil, "", "CODE_ZIP": return
        case "CODEBUILD_CLONE_REF":
            throw FailureDetails(
                .configurationError,
                "OutputArtifactFormat CODEBUILD_CLONE_REF (a full clone for CodeBuild) is not available here; "
                    + "use CODE_ZIP or leave the key out")
        case let other?:
            throw FailureDetails(
                .configurationError,
                "OutputArtifactFormat '\(printable(other))' is unknown; use CODE_ZIP or leave it out")
        }
    }

    /// A pending connection has its own remedy.
    private static func unknown(_ arn: ConnectionARN, _ connections: any Connections) -> FailureDetails {
        FailureDetails(
            .configurationError,
            connections.absence(of: arn)
                ?? "there is no connection '\(printable(arn.rawValue))'; declare it under connections: in penstock.yaml, "
                + "or correct the action's ConnectionArn")
    }
}
