import Foundation
import PipelineModel

/// An execution as ListPipelineExecutions shows it.
struct ExecutionSummaryView: Encodable, Sendable {
    struct Revision: Encodable, Sendable {
        var actionName: ActionName
        var revisionId: String?
        var revisionSummary: String?
        var revisionUrl: String?
    }

    struct StopTrigger: Encodable, Sendable {
        var reason: String?
    }

    var pipelineExecutionId: ExecutionID
    var status: ExecutionStatus
    var statusSummary: String?
    var startTime: Date
    var lastUpdateTime: Date
    var sourceRevisions: [Revision]
    var trigger: TriggerView
    var stopTrigger: StopTrigger?
    var executionMode: ExecutionMode
    var executionType: ExecutionType
    var rollbackMetadata: RollbackView?

    init(_ execution: PipelineExecution) {
        pipelineExecutionId = execution.id
        status = execution.status
        statusSummary = execution.statusSummary
        startTime = Date(seconds: execution.startTime)
        lastUpdateTime = Date(seconds: execution.lastUpdateTime)
        sourceRevisions = execution.sourceRevisions.map { revision in
            Revision(
                actionName: revision.actionName, revisionId: revision.revisionID.limited(to: 1500),
                revisionSummary: revision.summary?.limited(to: 2048), revisionUrl: revision.url?.limited(to: 2048))
        }
        trigger = TriggerView(execution.trigger)
        stopTrigger = execution.stopReason.map(StopTrigger.init)
        executionMode = execution.mode
        executionType = execution.type
        rollbackMetadata = execution.rollbackTarget.map(RollbackView.init)
    }
}
