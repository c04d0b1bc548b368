import PipelineEngine
import PipelineModel

/// The last word on every execution, attempt and rule execution that a decision's events speak about, in the order of
/// the first mention. It is found in the state afterwards, or among those that departed from it.
struct TouchedRecords {
    private(set) var executions: [PipelineExecution] = []
    private(set) var successes: [StageSuccess] = []
    var actions: [ActionExecution] { actionOrder.compactMap { actionRecords[$0] } }
    var rules: [RuleExecution] { ruleOrder.compactMap { ruleRecords[$0] } }

    private var actionOrder: [ActionExecutionID] = []
    private var actionRecords: [ActionExecutionID: ActionExecution] = [:]
    private var ruleOrder: [RuleExecutionID] = []
    private var ruleRecords: [RuleExecutionID: RuleExecution] = [:]

    init(_ decision: Decision, from before: PipelineState?, at now: Double) {
        let departed = Dictionary(decision.departed.map { ($0.id, $0) }) { _, last in last }
        func record(_ id: ExecutionID) -> PipelineExecution? { decision.state?.executions[id] ?? departed[id] }
        var seenExecutions: Set<ExecutionID> = []
        var seenActions: Set<ActionExecutionID> = []
        var seenRules: Set<RuleExecutionID> = []
        for event in decision.events {
            guard let id = event.execution, let execution = record(id) else { continue }
            if seenExecutions.insert(id).inserted { executions.append(execution) }
            if let rule = event.ruleReference, seenRules.insert(rule.id).inserted {
                ruleOrder.append(rule.id)
                ruleRecords[rule.id] = execution.rule(rule)
            }
            if let attempt = event.actionReference, seenActions.insert(attempt.id).inserted {
                actionOrder.append(attempt.id)
                actionRecords[attempt.id] = execution.attempt(attempt)
            }
            if case .stageEnded(_, let stage, .succeeded) = event {
                successes.append(StageSuccess(execution, in: stage))
            }
        }
        if actionRecords.count < actionOrder.count || ruleRecords.count < ruleOrder.count {
            recover(decision, from: before, at: now)
        }
    }

    /// A retry in the same decision has put others in their place: the events are folded once more to see them as they
    /// were before that.
    private mutating func recover(_ decision: Decision, from before: PipelineState?, at now: Double) {
        let (lostActions, lostRules) = (
            Set(actionOrder).subtracting(actionRecords.keys), Set(ruleOrder).subtracting(ruleRecords.keys)
        )
        var state = before
        for event in decision.events {
            let departed = PipelineState.apply(event, at: now, to: &state)
            guard let id = event.execution,
                let execution = state?.executions[id] ?? departed.first(where: { $0.id == id })
            else { continue }
            if let reference = event.actionReference, lostActions.contains(reference.id),
                let attempt = execution.attempt(reference)
            {
                actionRecords[reference.id] = attempt
            }
            if let reference = event.ruleReference, lostRules.contains(reference.id),
                let rule = execution.rule(reference)
            {
                ruleRecords[reference.id] = rule
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
