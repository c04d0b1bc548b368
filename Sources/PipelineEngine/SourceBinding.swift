package import PipelineModel

/// A source action that pushes to a repository may start: what the matchmaker looks through.
///
/// Only actions with change detection on have one (spec: triggers-and-webhooks A1).
package struct SourceBinding: Sendable, Equatable {
    package enum Origin: Sendable, Equatable {
        case connection(ConnectionARN)
        /// A `GitHub` v1 action, which names no connection.
        case gitHubV1
    }

    package var pipeline: PipelineName
    package var action: ActionName
    package var origin: Origin
    /// As declared, `owner/repo`.
    package var repository: String
    package var branch: String

    package init(
        pipeline: PipelineName, action: ActionName, origin: Origin, repository: String, branch: String
    ) {
        self.pipeline = pipeline
        self.action = action
        self.origin = origin
        self.repository = repository
        self.branch = branch
    }

    /// Under which bindings are indexed: hosts treat repository names without regard to case.
    package var repositoryKey: String { repository.lowercased() }

    /// Every binding that a declaration has.
    package static func bindings(of declaration: PipelineDeclaration) -> [SourceBinding] {
        declaration.stages.first?.actions.compactMap { binding(of: $0, in: declaration.name) } ?? []
    }

    private static func binding(of action: ActionDeclaration, in pipeline: PipelineName) -> SourceBinding? {
        func plain(_ key: String) -> String? {
            guard case .plain(let text)? = action.configuration[key] else { return nil }
            return text
        }
        let type = action.actionTypeId
        guard type.category == .source else { return nil }
        switch (type.owner, type.provider) {
        case (.aws, "CodeStarSourceConnection"):
            guard plain("DetectChanges") != "false", let arn = plain("ConnectionArn"),
                let repository = plain("FullRepositoryId"), let branch = plain("BranchName")
            else { return nil }
            return SourceBinding(
                pipeline: pipeline, action: action.name, origin: .connection(ConnectionARN(arn)),
                repository: repository, branch: branch)
        case (.thirdParty, "GitHub"):
            guard let owner = plain("Owner"), let repository = plain("Repo"), let branch = plain("Branch") else {
                return nil
            }
            return SourceBinding(
                pipeline: pipeline, action: action.name, origin: .gitHubV1, repository: "\(owner)/\(repository)",
                branch: branch)
        default: return nil
        }
    }
}
