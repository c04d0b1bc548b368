import Foundation
import PipelineModel

/// An execution as GetPipelineExecution shows it.
struct ExecutionView: Encodable, Sendable {
    struct ArtifactRevision: Encodable, Sendable {
        var name: ArtifactName
        var revisionId: String?
        var revisionChangeIdentifier: String?
        var revisionSummary: String?
        var created: Date?
        var revisionUrl: String?
    }

    struct Variable: Encodable, Sendable {
        var name: String
        var resolvedValue: String
    }

    var pipelineName: PipelineName
    var pipelineVersion: Int
    var pipelineExecutionId: ExecutionID
    var status: ExecutionStatus
    var statusSummary: String?
    var artifactRevisions: [ArtifactRevision]
    var variables: [Variable]
    var trigger: TriggerView
    var executionMode: ExecutionMode
    var executionType: ExecutionType
    var rollbackMetadata: RollbackView?

    init(_ execution: PipelineExecution) {
        pipelineName = execution.pipeline
        pipelineVersion = execution.pipelineVersion
        pipelineExecutionId = execution.id
        status = execution.status
        statusSummary = execution.statusSummary
        artifactRevisions = execution.artifacts.values.sorted { $0.name < $1.name }.compactMap(ArtifactRevision.init)
        variables = execution.variables.sorted { $0.key < $1.key }
            .map { Variable(name: $0.key, resolvedValue: $0.value) }
        trigger = TriggerView(execution.trigger)
        executionMode = execution.mode
        executionType = execution.type
        rollbackMetadata = execution.rollbackTarget.map(RollbackView.init)
    }
}

extension ExecutionView.ArtifactRevision {
    /// `nil` for artifacts that are no source's output.
    init?(_ artifact: StoredArtifact) {
        guard let revision = artifact.revision else { return nil }
        self.init(
            name: artifact.name, revisionId: revision.revisionID.limited(to: 1500),
            revisionChangeIdentifier: revision.changeIdentifier?.limited(to: 100),
            revisionSummary: revision.summary?.limited(to: 2048), created: revision.created.map(Date.init(seconds:)),
            revisionUrl: revision.url?.limited(to: 2048))
    }
}

struct TriggerView: Encodable, Sendable {
    var triggerType: ExecutionTrigger.Kind
    var triggerDetail: String?

    init(_ trigger: ExecutionTrigger) {
        triggerType = trigger.type
        triggerDetail = trigger.detail?.limited(to: 1024)
    }
}

/// Which execution a rollback goes back to.
struct RollbackView: Encodable, Sendable {
    var rollbackTargetPipelineExecutionId: ExecutionID
}
