import PipelineEngine
import PipelineModel

/// The last word on every execution, attempt and rule execution that a decision's events speak about, in the order of
/// the first mention. It is found in the state afterwards, or among those that departed from it or were replaced in it.
struct TouchedRecords {
    private(set) var executions: [PipelineExecution] = []
    private(set) var actions: [ActionExecution] = []
    private(set) var rules: [RuleExecution] = []
    private(set) var successes: [StageSuccess] = []

    init(_ decision: Decision) {
        let departed = Dictionary(decision.departed.map { ($0.id, $0) }) { _, last in last }
        func record(_ id: ExecutionID) -> PipelineExecution? { decision.state?.executions[id] ?? departed[id] }
        var seenExecutions: Set<ExecutionID> = []
        var seenActions: Set<ActionExecutionID> = []
        var seenRules: Set<RuleExecutionID> = []
        for event in decision.events {
            guard let id = event.execution, let execution = record(id) else { continue }
            if seenExecutions.insert(id).inserted { executions.append(execution) }
            if case .stageEnded(_, let stage, .succeeded) = event {
                successes.append(StageSuccess(execution, in: stage))
            }
            if let reference = event.ruleReference, seenRules.insert(reference.id).inserted,
                let rule = execution.rule(reference) ?? decision.replaced.rules[reference.id]
            {
                rules.append(rule)
            }
            if let reference = event.actionReference, seenActions.insert(reference.id).inserted,
                let attempt = execution.attempt(reference) ?? decision.replaced.actions[reference.id]
            {
                actions.append(attempt)
            }
        }
    }
}

extension PipelineExecution {
    fileprivate func rule(_ reference: RuleReference) -> RuleExecution? {
        stages.first { $0.name == reference.stage }?.conditions[reference.gate]?.rules.first { $0.id == reference.id }
    }

    fileprivate func attempt(_ reference: ActionReference) -> ActionExecution? {
        stages.first { $0.name == reference.stage }?.actions.first { $0.id == reference.id }
    }
}
