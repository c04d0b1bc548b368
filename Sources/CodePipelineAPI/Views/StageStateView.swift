import Foundation
import PipelineEngine
import PipelineModel

/// A stage as GetPipelineState shows it (spec: execution-semantics §16).
///
/// PARALLEL executions run on their own copies of the stages: they are never shown here (§5).
struct StageStateView: Encodable, Sendable {
    struct Execution: Encodable, Sendable {
        var pipelineExecutionId: ExecutionID
        var status: StageStatus
        var type: ExecutionType
    }

    struct Transition: Encodable, Sendable {
        var enabled: Bool
        var lastChangedBy: String?
        var lastChangedAt: Date?
        var disabledReason: String?
    }

    struct Retry: Encodable, Sendable {
        var autoStageRetryAttempt: Int?
        var manualStageRetryAttempt: Int?
        var latestRetryTrigger: RetryMetadata.Trigger?
    }

    var stageName: StageName
    /// The one that enters next.
    var inboundExecution: Execution?
    /// The oldest first.
    var inboundExecutions: [Execution]
    var inboundTransitionState: Transition
    var actionStates: [ActionStateView]
    var latestExecution: Execution?
    var beforeEntryConditionState: StageConditionView?
    var onSuccessConditionState: StageConditionView?
    var onFailureConditionState: StageConditionView?
    var retryStageMetadata: Retry?

    init(_ stage: StageDeclaration, in state: PipelineState, _ actionTypes: ActionTypeCatalogue) {
        let doors = state.stages[stage.name] ?? StageState()
        stageName = stage.name
        inboundTransitionState = Transition(doors.transition)
        let isParallel = state.declaration.executionMode == .parallel
        inboundExecutions = doors.inbound.compactMap { state.executions[$0.id] }
            .filter { !isParallel && $0.mode != .parallel }
            .map { Execution(pipelineExecutionId: $0.id, status: .inProgress, type: $0.type) }
        inboundExecution = inboundExecutions.first
        actionStates = stage.actions.map { action in
            ActionStateView(
                action, in: isParallel ? StageState() : doors, type: actionTypes.custom[action.actionTypeId])
        }
        let latest = isParallel ? nil : doors.latest.flatMap { state.executions[$0] }.flatMap(Self.unlessParallel)
        let visit = latest?.stages.last { $0.name == stage.name }
        if let latest, let visit {
            latestExecution = Execution(pipelineExecutionId: latest.id, status: visit.status, type: latest.type)
        }
        func view(_ gate: ConditionGate) -> StageConditionView? {
            stage.condition(gate).map { StageConditionView($0, last: visit?.conditions[gate]) }
        }
        beforeEntryConditionState = view(.beforeEntry)
        onSuccessConditionState = view(.onSuccess)
        onFailureConditionState = view(.onFailure)
        retryStageMetadata = visit?.retry.flatMap(Retry.init)
    }

    private static func unlessParallel(_ execution: PipelineExecution) -> PipelineExecution? {
        execution.mode == .parallel ? nil : execution
    }
}

extension StageStateView.Transition {
    /// Nobody has touched it: it is open, and there is nothing to tell.
    init(_ transition: TransitionState?) {
        self.init(
            enabled: transition?.isEnabled ?? true, lastChangedBy: transition?.changedBy,
            lastChangedAt: transition.map { Date(seconds: $0.changedAt) },
            disabledReason: transition?.isEnabled == false ? transition?.reason : nil)
    }
}

extension StageStateView.Retry {
    /// The model counts attempts from 1: no attempt, no metadata.
    init?(_ retry: RetryMetadata) {
        func counted(_ attempts: Int?) -> Int? { attempts.flatMap { $0 > 0 ? $0 : nil } }
        guard counted(retry.manualAttempts) != nil || counted(retry.automaticAttempts) != nil else { return nil }
        self.init(
            autoStageRetryAttempt: counted(retry.automaticAttempts),
            manualStageRetryAttempt: counted(retry.manualAttempts),
            // Executions of the first schema knew manual retries alone.
            latestRetryTrigger: retry.latestTrigger ?? .manual)
    }
}
