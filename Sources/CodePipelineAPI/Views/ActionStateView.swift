import Foundation
import PipelineEngine
import PipelineModel

/// An action as GetPipelineState shows it: its last attempt, whichever execution that belonged to.
struct ActionStateView: Encodable, Sendable {
    struct Revision: Encodable, Sendable {
        var revisionId: String
        var revisionChangeId: String
        var created: Date
    }

    struct Execution: Encodable, Sendable {
        var actionExecutionId: ActionExecutionID
        var status: ActionStatus
        var summary: String?
        var lastStatusChange: Date
        /// Only while an approval waits.
        var token: String?
        var lastUpdatedBy: String?
        var externalExecutionId: String?
        var externalExecutionUrl: String?
        var percentComplete: Int?
        var errorDetails: ErrorDetailsView?
    }

    var actionName: ActionName
    var currentRevision: Revision?
    var latestExecution: Execution?
    /// What the action works on, where its custom type says how to find it.
    var entityUrl: String?
    var revisionUrl: String?

    init(_ action: ActionDeclaration, in stage: StageState, type: CustomActionType?) {
        let last = stage.lastActions[action.name]
        actionName = action.name
        latestExecution = last.map(Execution.init)
        entityUrl = type?.entityURL(configuration: last?.resolvedConfiguration ?? action.configuration)?
            .limited(to: 2048)
        if let revision = stage.currentRevisions[action.name] {
            currentRevision = Revision(revision, seenAt: last?.lastUpdateTime ?? 0)
            revisionUrl = revision.url?.limited(to: 2048)
        }
    }
}

extension ActionStateView.Revision {
    /// The model requires all three members; hosts that tell no change id have the revision stand for it.
    init(_ revision: SourceRevision, seenAt: Double) {
        self.init(
            revisionId: revision.revisionID.limited(to: 1500) ?? "-",
            revisionChangeId: (revision.changeIdentifier ?? revision.revisionID).limited(to: 100) ?? "-",
            created: Date(seconds: revision.created ?? seenAt))
    }
}

extension ActionStateView.Execution {
    init(_ action: ActionExecution) {
        self.init(
            actionExecutionId: action.id, status: action.status, summary: action.summary?.limited(to: 2048),
            lastStatusChange: Date(seconds: action.lastUpdateTime),
            token: action.status == .inProgress ? action.approvalToken : nil, lastUpdatedBy: action.updatedBy,
            externalExecutionId: action.externalExecutionID?.limited(to: 1500),
            externalExecutionUrl: action.externalExecutionURL?.limited(to: 2048),
            percentComplete: action.percentComplete.map { min(max($0, 0), 100) },
            errorDetails: action.failure.map(ErrorDetailsView.init))
    }
}

/// Why an action failed: AWS's code and the message for the user.
struct ErrorDetailsView: Encodable, Sendable {
    var code: FailureDetails.Kind
    var message: String?

    init(_ failure: FailureDetails) {
        code = failure.type
        message = failure.message.limited(to: 5000)
    }
}
