package import PipelineModel

/// A fact about a pipeline. `apply` folds facts into the state and knows no rules.
///
/// Rows of these are kept for ever: cases may be added, never changed.
package enum PipelineEvent: Codable, Sendable, Equatable {
    case pipelineCreated(PipelineDeclaration)
    case pipelineUpdated(PipelineDeclaration)
    case pipelineDeleted
    case pipelineTagged([String: String])
    case pipelineUntagged([String])
    case pollingDisabled
    case transitionChanged(StageName, TransitionState)

    case executionStarted(PipelineExecution)
    case startRemembered(RecentStart)
    /// It stands in the slot in front of a stage. Written by schema 1; today's events say why.
    case executionWaits(ExecutionID, before: StageName)
    case executionQueued(ExecutionID, before: StageName, WaitReason)
    /// A finished execution that lay in the ledger only is taken up again.
    case executionRecalled(PipelineExecution)
    case executionSuperseded(ExecutionID, by: ExecutionID)
    case executionResumed(ExecutionID)
    case executionStopping(ExecutionID, mode: StopMode, reason: String?)
    /// The definition changed: it ends as soon as its running actions have.
    case executionCancelling(ExecutionID)
    /// Terminal, with the status it ends in.
    case executionEnded(ExecutionID, ExecutionStatus, summary: String?)

    case stageEntered(ExecutionID, StageName)
    case stageRetried(ExecutionID, StageName, RetryMode)
    case stageRetriedAutomatically(ExecutionID, StageName, RetryMode)
    /// The stage's lock is free again.
    case stageEnded(ExecutionID, StageName, StageStatus)

    case actionStarted(ActionExecution)
    case actionProgressed(ActionReference, ActionContinuation)
    case actionSucceeded(ActionReference, ActionResult)
    case actionFailed(ActionReference, FailureDetails)
    case actionAbandoned(ActionReference)
    case approvalAnswered(ActionReference, ApprovalAnswer)
    /// One of several approvals that are needed.
    case approvalCounted(ActionReference, ApprovalAnswer)

    case conditionStarted(ExecutionID, StageName, ConditionGate, ConditionResult?)
    case ruleStarted(RuleExecution)
    case ruleProgressed(RuleReference, ActionContinuation)
    case ruleSucceeded(RuleReference, RuleResult)
    case ruleFailed(RuleReference, FailureDetails)
    case ruleAbandoned(RuleReference)
    case conditionEnded(ExecutionID, StageName, ConditionGate, ConditionStatus, summary: String?)
    case conditionOverridden(ExecutionID, StageName, ConditionGate, by: String)

    /// A short name for lists and queries, e.g. `stageEntered`.
    package var kind: String {
        switch self {
        case .pipelineCreated: "pipelineCreated"
        case .pipelineUpdated: "pipelineUpdated"
        case .pipelineDeleted: "pipelineDeleted"
        case .pipelineTagged: "pipelineTagged"
        case .pipelineUntagged: "pipelineUntagged"
        case .pollingDisabled: "pollingDisabled"
        case .transitionChanged: "transitionChanged"
        case .executionStarted: "executionStarted"
        case .startRemembered: "startRemembered"
        case .executionWaits: "executionWaits"
        case .executionQueued: "executionQueued"
        case .executionRecalled: "executionRecalled"
        case .executionSuperseded: "executionSuperseded"
        case .executionResumed: "executionResumed"
        case .executionStopping: "executionStopping"
        case .executionCancelling: "executionCancelling"
        case .executionEnded: "executionEnded"
        case .stageEntered: "stageEntered"
        case .stageRetried: "stageRetried"
        case .stageRetriedAutomatically: "stageRetriedAutomatically"
        case .stageEnded: "stageEnded"
        case .actionStarted: "actionStarted"
        case .actionProgressed: "actionProgressed"
        case .actionSucceeded: "actionSucceeded"
        case .actionFailed: "actionFailed"
        case .actionAbandoned: "actionAbandoned"
        case .approvalAnswered: "approvalAnswered"
        case .approvalCounted: "approvalCounted"
        case .conditionStarted: "conditionStarted"
        case .ruleStarted: "ruleStarted"
        case .ruleProgressed: "ruleProgressed"
        case .ruleSucceeded: "ruleSucceeded"
        case .ruleFailed: "ruleFailed"
        case .ruleAbandoned: "ruleAbandoned"
        case .conditionEnded: "conditionEnded"
        case .conditionOverridden: "conditionOverridden"
        }
    }

    /// The execution that the fact is about, if it is about one.
    package var execution: ExecutionID? {
        switch self {
        case .pipelineCreated, .pipelineUpdated, .pipelineDeleted, .pipelineTagged, .pipelineUntagged,
            .pollingDisabled, .transitionChanged:
            nil
        case .executionStarted(let execution), .executionRecalled(let execution): execution.id
        case .startRemembered(let start): start.execution
        case .executionWaits(let id, _), .executionQueued(let id, _, _), .executionSuperseded(let id, _),
            .executionResumed(let id), .executionStopping(let id, _, _), .executionCancelling(let id),
            .executionEnded(let id, _, _), .stageEntered(let id, _), .stageRetried(let id, _, _),
            .stageRetriedAutomatically(let id, _, _), .stageEnded(let id, _, _), .conditionStarted(let id, _, _, _),
            .conditionEnded(let id, _, _, _, _), .conditionOverridden(let id, _, _, _):
            id
        case .actionStarted, .actionProgressed, .actionSucceeded, .actionFailed, .actionAbandoned,
            .approvalAnswered, .approvalCounted:
            actionReference?.execution
        case .ruleStarted, .ruleProgressed, .ruleSucceeded, .ruleFailed, .ruleAbandoned: ruleReference?.execution
        }
    }

    /// The attempt that the fact is about, if it is about one.
    package var actionReference: ActionReference? {
        switch self {
        case .actionStarted(let action): ActionReference(action)
        case .actionProgressed(let reference, _), .actionSucceeded(let reference, _),
            .actionFailed(let reference, _), .actionAbandoned(let reference), .approvalAnswered(let reference, _),
            .approvalCounted(let reference, _):
            reference
        default: nil
        }
    }

    /// The rule execution that the fact is about, if it is about one.
    package var ruleReference: RuleReference? {
        switch self {
        case .ruleStarted(let rule): RuleReference(rule)
        case .ruleProgressed(let reference, _), .ruleSucceeded(let reference, _), .ruleFailed(let reference, _),
            .ruleAbandoned(let reference):
            reference
        default: nil
        }
    }
}
