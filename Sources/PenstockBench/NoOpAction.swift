import PipelineModel
import PluginKit

/// Does nothing and succeeds: what is left is the gateway's own work.
struct NoOpAction: ActionProvider {
    static let build = ActionTypeID(category: .build, owner: .custom, provider: "NoOp")
    static let deploy = ActionTypeID(category: .deploy, owner: .custom, provider: "NoOp")
    /// Takes the place of the module's source action: deliveries start pipelines by this type.
    static let source = ActionTypeID(category: .source, owner: .aws, provider: "CodeStarSourceConnection")

    let type: ActionTypeDescription
    /// Told of each run at its beginning.
    let ran: @Sendable (ActionJob) -> Void

    /// A provider for each stage of the benchmarks' pipelines.
    static func all(ran: @escaping @Sendable (ActionJob) -> Void = { _ in }) -> [any ActionProvider] {
        [source, build, deploy].map { id in
            NoOpAction(
                type: ActionTypeDescription(
                    id: id, configuration: [], inputArtifacts: 0...0, outputArtifacts: 0...0, timeout: 3600),
                ran: ran)
        }
    }

    func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        ran(job)
        guard type.id.category == .source else { return .succeeded(ActionSuccess()) }
        let revision = job.revision?.revisionValue ?? "newest"
        return .succeeded(
            ActionSuccess(revision: SourceRevision(actionName: job.action, revisionID: revision)))
    }
}
