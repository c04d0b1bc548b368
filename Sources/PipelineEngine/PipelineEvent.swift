package import PipelineModel

/// A fact about a pipeline. `apply` folds facts into the state and knows no rules.
///
/// Rows of these are kept for ever: cases may be added, never changed.
package enum PipelineEvent: Codable, Sendable, Equatable {
    case pipelineCreated(PipelineDeclaration)
    case pipelineUpdated(PipelineDeclaration)
    case pipelineDeleted

    case executionStarted(PipelineExecution)
    case startRemembered(RecentStart)
    /// It stands in the slot in front of a stage.
    case executionWaits(ExecutionID, before: StageName)
    case executionSuperseded(ExecutionID, by: ExecutionID)
    case executionResumed(ExecutionID)
    case executionStopping(ExecutionID, mode: StopMode, reason: String?)
    /// The definition changed: it ends as soon as its running actions have.
    case executionCancelling(ExecutionID)
    /// Terminal, with the status it ends in.
    case executionEnded(ExecutionID, ExecutionStatus, summary: String?)

    case stageEntered(ExecutionID, StageName)
    case stageRetried(ExecutionID, StageName, RetryMode)
    /// The stage's lock is free again.
    case stageEnded(ExecutionID, StageName, StageStatus)

    case actionStarted(ActionExecution)
    case actionProgressed(ActionReference, ActionContinuation)
    case actionSucceeded(ActionReference, ActionResult)
    case actionFailed(ActionReference, FailureDetails)
    case actionAbandoned(ActionReference)
    case approvalAnswered(ActionReference, ApprovalAnswer)

    /// A short name for lists and queries, e.g. `stageEntered`.
    package var kind: String {
        switch self {
        case .pipelineCreated: "pipelineCreated"
        case .pipelineUpdated: "pipelineUpdated"
        case .pipelineDeleted: "pipelineDeleted"
        case .executionStarted: "executionStarted"
        case .startRemembered: "startRemembered"
        case .executionWaits: "executionWaits"
        case .executionSuperseded: "executionSuperseded"
        case .executionResumed: "executionResumed"
        case .executionStopping: "executionStopping"
        case .executionCancelling: "executionCancelling"
        case .executionEnded: "executionEnded"
        case .stageEntered: "stageEntered"
        case .stageRetried: "stageRetried"
        case .stageEnded: "stageEnded"
        case .actionStarted: "actionStarted"
        case .actionProgressed: "actionProgressed"
        case .actionSucceeded: "actionSucceeded"
        case .actionFailed: "actionFailed"
        case .actionAbandoned: "actionAbandoned"
        case .approvalAnswered: "approvalAnswered"
        }
    }

    /// The execution that the fact is about, if it is about one.
    package var execution: ExecutionID? {
        switch self {
        case .pipelineCreated, .pipelineUpdated, .pipelineDeleted: nil
        case .executionStarted(let execution): execution.id
        case .startRemembered(let start): start.execution
        case .executionWaits(let id, _), .executionSuperseded(let id, _), .executionResumed(let id),
            .executionStopping(let id, _, _), .executionCancelling(let id), .executionEnded(let id, _, _),
            .stageEntered(let id, _), .stageRetried(let id, _, _), .stageEnded(let id, _, _):
            id
        case .actionStarted(let action): action.executionID
        case .actionProgressed(let reference, _), .actionSucceeded(let reference, _),
            .actionFailed(let reference, _), .actionAbandoned(let reference), .approvalAnswered(let reference, _):
            reference.execution
        }
    }

    /// The attempt that the fact is about, if it is about one.
    package var actionReference: ActionReference? {
        switch self {
        case .actionStarted(let action): ActionReference(action)
        case .actionProgressed(let reference, _), .actionSucceeded(let reference, _),
            .actionFailed(let reference, _), .actionAbandoned(let reference), .approvalAnswered(let reference, _):
            reference
        default: nil
        }
    }
}
