package import PipelineModel

/// What a decision took out of its execution to make room for the next attempt or judgement: a stage that fails and is
/// retried at once ends its attempts and replaces them in one decision, and the ledger keeps what they came to.
package struct ReplacedRecords: Sendable, Equatable {
    package private(set) var actions: [ActionExecutionID: ActionExecution] = [:]
    package private(set) var rules: [RuleExecutionID: RuleExecution] = [:]

    package init() {}

    /// To be asked before the event is applied.
    mutating func keep(what event: PipelineEvent, replacesIn state: PipelineState?) {
        switch event {
        case .actionStarted(let attempt):
            guard let stage = state?.executions[attempt.executionID]?.stages.last else { return }
            for former in stage.actions where former.action == attempt.action { actions[former.id] = former }
        case .stageRetried(let id, _, _), .stageRetriedAutomatically(let id, _, _):
            guard let stage = state?.executions[id]?.stages.last else { return }
            for former in stage.actions { actions[former.id] = former }
            for condition in stage.conditions.values { keep(condition) }
        case .conditionStarted(let id, _, let gate, _):
            if let condition = state?.executions[id]?.stages.last?.conditions[gate] { keep(condition) }
        default: break
        }
    }

    private mutating func keep(_ condition: ConditionExecution) {
        for rule in condition.rules { rules[rule.id] = rule }
    }
}
