import PipelineModel

/// Going on although a condition says no (spec: execution-semantics §10, OverrideStageCondition).
extension PipelineMachine {
    mutating func override(
        _ stage: StageName, of id: ExecutionID, gate: ConditionGate, by caller: String
    ) throws(CommandRefusal) -> CommandOutcome {
        let state = try existingState()
        // A PARALLEL execution may be inside a stage that an update has removed.
        guard state.declaration.stage(stage) != nil || state.executions[id]?.stages.last?.name == stage
        else { throw .stageNotFound }
        let execution = try recalled(id, in: stage)
        guard let current = execution.stages.last, current.name == stage else {
            throw .conditionNotOverridable("The execution has left stage '\(stage)'.")
        }
        guard let condition = current.conditions[gate] else {
            throw .conditionNotOverridable(
                "Stage '\(stage)' has no condition \(gate.rawValue) that was judged in this execution.")
        }
        try checkOverridable(condition, of: current, in: execution, gate: gate)
        try resume(execution)
        abandonRules(of: condition)
        emit(.conditionOverridden(id, stage, gate, by: caller))
        settle(id)
        return .conditionOverridden
    }

    private func checkOverridable(
        _ condition: ConditionExecution, of stage: StageExecution, in execution: PipelineExecution, gate: ConditionGate
    ) throws(CommandRefusal) {
        // The declaration that a finished execution ran by may be gone.
        guard execution.pipelineVersion == draft?.declaration.version || !execution.status.isTerminal else {
            throw .conditionNotOverridable(
                "The pipeline's definition has changed since the execution started. Start a new execution.")
        }
        switch condition.status {
        // A stop or an update would have given it up.
        case .inProgress: break
        case .failed, .errored:
            guard stage.status == .failed, gate != .onFailure else {
                throw .conditionNotOverridable(
                    "The condition does not block the execution: stage '\(stage.name)' is \(stage.status.rawValue).")
            }
        case .succeeded: throw .conditionNotOverridable("The condition has been met.")
        case .overridden: throw .conditionNotOverridable("The condition has been overridden already.")
        case .cancelled, .abandoned:
            throw .conditionNotOverridable("The condition was given up when the execution ended.")
        }
    }
}
