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
            let remote = try GitRemote(
                connection, repository: repository, credential: try await host.credential(for: connection),
                key: "FullRepositoryId")
            let said = Self.variables(of: job, branch: branch)
            let protection = try ForkProtection(
                job, options: connection.options, branch: branch, instructions: instructions)
            return try await CommitSource(remote: remote, branch: branch, protection: protection).deliver(job, on: host)
            { commit in
                said.merging([
                    "AuthorDate": commit.authored.ISO8601Format(),
                    "AuthorDisplayName": commit.authorName,
                    "AuthorEmail": commit.authorEmail,
                    "AuthorId": commit.authorID,
                    "CommitId": commit.id.text,
                    "CommitMessage": commit.message.cut(toUTF8: CommitSource.longestMessage),
                    "ConnectionArn": arn.rawValue,
                    "FullRepositoryName": repository,
                    "ProviderType": connection.provider,
                ]) { $1 }
            }
        }
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
