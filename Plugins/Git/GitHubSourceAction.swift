import Foundation
import PipelineModel
package import PluginKit

/// Version 1's `GitHub` source: one commit, read with the token that the action itself carries.
///
/// It names no connection. Where one of the settled name is declared, its base URL is used (an Enterprise host, a
/// mirror), else github.com; the credential is always the action's own.
package struct GitHubSourceAction: ActionProvider {
    let connectionName: String
    private let instructions: [String]

    /// - Parameter instructions: globs of the files that no fork may change.
    package init(connectionName: String, instructions: [String] = []) {
        self.connectionName = connectionName
        self.instructions = instructions
    }

    package var type: ActionTypeDescription {
        ActionTypeDescription(
            id: ActionTypeID(category: .source, owner: .thirdParty, provider: "GitHub"),
            configuration: [
                ConfigurationProperty("Owner", required: true, summary: "the user or organisation"),
                ConfigurationProperty("Repo", required: true, summary: "the repository's name"),
                ConfigurationProperty("Branch", required: true, summary: "the branch to read"),
                ConfigurationProperty("OAuthToken", required: true, secret: true, summary: "a token that may read it"),
                ConfigurationProperty("PollForSourceChanges", summary: "false: only webhooks start the pipeline"),
            ], inputArtifacts: 0...0, outputArtifacts: 1...1, timeout: 3600)
    }

    package func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        await outcome(of: job) {
            let name = try job.required("Repo")
            let repository = "\(try job.required("Owner"))/\(name)"
            let branch = try BranchName(job.required("Branch"), key: "Branch")
            let token = Credential(user: "x-access-token", secret: try job.required("OAuthToken"))
            let connection = host.connections.connection(named: connectionName)
            let remote = try GitRemote(
                provider: connection?.provider ?? "GitHub", base: connection?.url ?? "https://github.com",
                repository: repository, credential: token, key: "Owner/Repo")
            // An action that another pipeline's fork invoked may be given the fork's commit.
            let protection = try ForkProtection(
                job, options: connection?.options ?? [:], branch: branch, instructions: instructions)
            let source = CommitSource(remote: remote, branch: branch, protection: protection)
            return try await source.deliver(job, on: host) { commit in
                [
                    "AuthorDate": commit.authored.ISO8601Format(),
                    "BranchName": branch.text,
                    "CommitId": commit.id.text,
                    "CommitMessage": commit.message.cut(toUTF8: CommitSource.longestMessage),
                    "CommitterDate": commit.committed.ISO8601Format(),
                    "CommitUrl": remote.page(of: commit.id) ?? "",
                    "RepositoryName": name,
                ]
            }
        }
    }

    package func cleanUp(on host: any PluginHost) async { await LeftoverProcesses.end(of: type.id, on: host) }
}
