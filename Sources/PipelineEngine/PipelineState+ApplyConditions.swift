import PipelineModel

/// Facts about gates and their rules: kept in the execution's stage.
extension PipelineState {
    mutating func foldCondition(_ event: PipelineEvent, at now: Double) -> [PipelineExecution] {
        switch event {
        case .conditionStarted(let id, _, let gate, let result):
            executions[id]?.changeCondition(gate, at: now) { $0 = ConditionExecution(result: result, startTime: now) }
        case .ruleStarted(let rule):
            executions[rule.executionID]?.changeCondition(rule.gate, at: now) { $0.rules.append(rule) }
        case .ruleProgressed(let reference, let progress): update(reference, at: now) { $0.take(progress) }
        case .ruleSucceeded(let reference, let result): update(reference, at: now) { $0.take(result) }
        case .ruleFailed(let reference, let failure): update(reference, at: now) { $0.take(failure) }
        case .ruleAbandoned(let reference): update(reference, at: now) { $0.status = .abandoned }
        case .conditionEnded(let id, _, let gate, let status, let summary):
            executions[id]?.changeCondition(gate, at: now) {
                $0.status = status
                $0.summary = summary
            }
        case .conditionOverridden(let id, let stage, let gate, let by): override(id, stage, gate, by: by, at: now)
        default: break
        }
        return []
    }

    private mutating func update(_ reference: RuleReference, at now: Double, _ change: (inout RuleExecution) -> Void) {
        executions[reference.execution]?.changeCondition(reference.gate, at: now) { condition in
            guard let index = condition.rules.firstIndex(where: { $0.id == reference.id }) else { return }
            condition.rules[index].lastUpdateTime = now
            change(&condition.rules[index])
        }
    }

    /// The stage goes on as if the condition had been met.
    private mutating func override(
        _ id: ExecutionID, _ stage: StageName, _ gate: ConditionGate, by caller: String, at now: Double
    ) {
        executions[id]?.changeCondition(gate, at: now) { condition in
            let wasJudging = condition.status == .inProgress
            condition.status = .overridden
            condition.summary = "Overridden by \(caller)"
            for index in condition.rules.indices where wasJudging && condition.rules[index].status == .abandoned {
                condition.rules[index].updatedBy = caller
            }
        }
        executions[id]?.changeStage(to: .inProgress, at: now)
        if executions[id]?.mode != .parallel { stages[stage]?.occupant = id }
    }
}

extension PipelineExecution {
    /// The gate's latest evaluation in the stage that the execution is or was in last.
    fileprivate mutating func changeCondition(
        _ gate: ConditionGate, at now: Double, _ change: (inout ConditionExecution) -> Void
    ) {
        lastUpdateTime = now
        guard let stage = stages.indices.last else { return }
        stages[stage].lastUpdateTime = now
        var condition = stages[stage].conditions[gate] ?? ConditionExecution(result: nil, startTime: now)
        change(&condition)
        condition.lastUpdateTime = now
        stages[stage].conditions[gate] = condition
    }
}

extension RuleExecution {
    fileprivate mutating func take(_ progress: ActionContinuation) {
        summary = progress.summary ?? summary
        externalExecutionID = progress.externalExecutionID ?? externalExecutionID
        externalExecutionURL = progress.externalExecutionURL ?? externalExecutionURL
    }

    fileprivate mutating func take(_ result: RuleResult) {
        status = .succeeded
        summary = result.summary ?? summary
        externalExecutionID = result.externalExecutionID ?? externalExecutionID
        externalExecutionURL = result.externalExecutionURL ?? externalExecutionURL
    }

    fileprivate mutating func take(_ failure: FailureDetails) {
        status = .failed
        self.failure = failure
        summary = failure.externalExecutionSummary ?? failure.message
        externalExecutionID = failure.externalExecutionID ?? externalExecutionID
        externalExecutionURL = failure.externalExecutionURL ?? externalExecutionURL
    }
}
