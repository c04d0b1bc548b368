package import PipelineModel

/// A source action that events of a repository may start: what the matchmaker looks through.
///
/// Actions with a `triggers` entry have one, and of the others those with change detection on (spec:
/// triggers-and-webhooks A1).
package struct SourceBinding: Sendable, Equatable {
    package enum Origin: Sendable, Equatable {
        case connection(ConnectionARN)
        /// A `GitHub` v1 action, which names no connection.
        case gitHubV1
    }

    package var pipeline: PipelineName
    package var action: ActionName
    package let origin: Origin
    /// The connection as hooks are compared with it; `nil` for a v1 action.
    package let connectionKey: String?
    /// As declared, `owner/repo`.
    package var repository: String
    package var branch: String
    /// What a `triggers` entry says; then neither `branch` nor DetectChanges counts. `nil`: pushes to `branch` start it.
    package var filters: TriggerFilters?

    package init(
        pipeline: PipelineName, action: ActionName, origin: Origin, repository: String, branch: String,
        filters: TriggerFilters? = nil
    ) {
        self.pipeline = pipeline
        self.action = action
        self.origin = origin
        if case .connection(let arn) = origin { connectionKey = String(arn.connectionKey) } else { connectionKey = nil }
        self.repository = repository
        self.branch = branch
        self.filters = filters
    }

    /// Under which bindings are indexed: hosts treat repository names without regard to case.
    package var repositoryKey: String { repository.lowercased() }

    /// Every binding that a declaration has.
    package static func bindings(of declaration: PipelineDeclaration) -> [SourceBinding] {
        declaration.stages.first?.actions.compactMap { binding(of: $0, in: declaration) } ?? []
    }

    private static func binding(of action: ActionDeclaration, in declaration: PipelineDeclaration) -> SourceBinding? {
        func plain(_ key: String) -> String? {
            guard case .plain(let text)? = action.configuration[key] else { return nil }
            return text
        }
        let type = action.actionTypeId
        guard type.category == .source else { return nil }
        switch (type.owner, type.provider) {
        case (.aws, "CodeStarSourceConnection"):
            let filters = TriggerFilters(of: action.name, in: declaration)
            guard filters != nil || plain("DetectChanges")?.lowercased() != "false",
                let arn = plain("ConnectionArn"), let repository = plain("FullRepositoryId"),
                let branch = plain("BranchName") ?? filters.map({ _ in "" })
            else { return nil }
            return SourceBinding(
                pipeline: declaration.name, action: action.name, origin: .connection(ConnectionARN(arn)),
                repository: repository, branch: branch, filters: filters)
        case (.thirdParty, "GitHub"):
            guard let owner = plain("Owner"), let repository = plain("Repo"), let branch = plain("Branch") else {
                return nil
            }
            return SourceBinding(
                pipeline: declaration.name, action: action.name, origin: .gitHubV1,
                repository: "\(owner)/\(repository)",
                branch: branch)
        default: return nil
        }
    }
}
