import PipelineEngine
import PipelineModel

/// A stage as GetPipelineState shows it (spec: execution-semantics §16).
struct StageStateView: Encodable, Sendable {
    struct Execution: Encodable, Sendable {
        var pipelineExecutionId: ExecutionID
        var status: StageStatus
        var type = ExecutionTypeView.standard
    }

    struct Transition: Encodable, Sendable {
        var enabled: Bool
    }

    struct Retry: Encodable, Sendable {
        var manualStageRetryAttempt: Int
        var latestRetryTrigger = "ManualStageRetry"
    }

    var stageName: StageName
    var inboundExecution: Execution?
    var inboundExecutions: [Execution]
    /// Transitions can't be disabled in this version.
    var inboundTransitionState = Transition(enabled: true)
    var actionStates: [ActionStateView]
    var latestExecution: Execution?
    var retryStageMetadata: Retry?

    init(_ stage: StageDeclaration, in state: PipelineState) {
        let doors = state.stages[stage.name] ?? StageState()
        stageName = stage.name
        inboundExecution = doors.inbound.first.map { Execution(pipelineExecutionId: $0.id, status: .inProgress) }
        inboundExecutions = inboundExecution.map { [$0] } ?? []
        actionStates = stage.actions.map { ActionStateView($0, in: doors) }
        let latest = doors.latest.flatMap { state.executions[$0] }
        let visit = latest?.stages.first { $0.name == stage.name }
        if let latest, let visit {
            latestExecution = Execution(pipelineExecutionId: latest.id, status: visit.status)
        }
        // The model counts attempts from 1: no attempt, no metadata.
        retryStageMetadata = visit?.retry.flatMap { retry in
            retry.manualAttempts > 0 ? Retry(manualStageRetryAttempt: retry.manualAttempts) : nil
        }
    }
}
