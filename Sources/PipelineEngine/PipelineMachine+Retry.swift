import PipelineModel

/// Running a failed or stopped stage again in the same execution (spec: execution-semantics §8).
extension PipelineMachine {
    mutating func retry(
        _ stage: StageName, of id: ExecutionID, mode: RetryMode
    ) throws(CommandRefusal) -> CommandOutcome {
        let state = try existingState()
        guard let declaration = state.declaration.stage(stage) else { throw .stageNotFound }
        let execution = try recalled(id, in: stage)
        guard let current = execution.stages.last, current.name == stage else {
            throw .stageNotRetryable("The execution has passed stage '\(stage)'.")
        }
        try checkRetryable(current, of: execution, version: state.declaration.version, mode: mode)
        try resume(execution)
        abandonConditions(of: execution, as: .abandoned)
        emit(.stageRetried(id, stage, mode))
        runAgain(current, of: id, in: declaration, mode: mode)
        return .retried(id)
    }

    /// Once for each entry of the stage: whatever fails after it stays failed.
    mutating func retryAutomatically(_ stage: StageName, of id: ExecutionID, mode: RetryMode) {
        guard let execution = draft?.executions[id], let current = execution.stages.last,
            let declaration = draft?.declaration(for: execution).stage(stage)
        else { return }
        emit(.stageRetriedAutomatically(id, stage, mode))
        runAgain(current, of: id, in: declaration, mode: mode)
    }

    private mutating func runAgain(
        _ stage: StageExecution, of id: ExecutionID, in declaration: StageDeclaration, mode: RetryMode
    ) {
        switch mode {
        case .failedActions where draft?.executions[id]?.mode != .parallel:
            let failed = Set(stage.actions.filter(\.hasFailed).map(\.action))
            start(declaration.actions.filter { failed.contains($0.name) }, of: id, in: stage.name)
        // The failed attempts are gone: what is open starts, as many as may run at a time.
        case .failedActions, .allActions: settle(id)
        }
    }

    private func checkRetryable(
        _ stage: StageExecution, of execution: PipelineExecution, version: Int, mode: RetryMode
    ) throws(CommandRefusal) {
        guard execution.pipelineVersion == version else {
            throw .stageNotRetryable(
                "The pipeline's definition has changed since the execution started. Start a new execution.")
        }
        switch stage.status {
        case .failed, .stopped: try checkEnded(stage, mode: mode)
        case .inProgress: try checkRunning(stage, mode: mode)
        case .stopping: throw .stageNotRetryable("Stage '\(stage.name)' is being stopped.")
        case .succeeded, .cancelled, .skipped:
            throw .stageNotRetryable("Stage '\(stage.name)' is \(stage.status.rawValue), not Failed or Stopped.")
        }
    }

    /// A stage that a condition failed has no failed action: all of it runs again.
    private func checkEnded(_ stage: StageExecution, mode: RetryMode) throws(CommandRefusal) {
        guard !stage.hasFailed else { return }
        guard stage.conditions.values.contains(where: { Self.engages($0.status) }) else {
            throw .stageNotRetryable("No action of stage '\(stage.name)' has failed in this execution.")
        }
        guard mode == .allActions else {
            throw .stageNotRetryable(
                "A condition failed stage '\(stage.name)', none of its actions did: retry ALL_ACTIONS.")
        }
    }

    /// Failed actions may be run again at once, while their siblings run on.
    private func checkRunning(_ stage: StageExecution, mode: RetryMode) throws(CommandRefusal) {
        guard stage.hasFailed else {
            if stage.retry != nil { throw .conflict("Another retry of stage '\(stage.name)' is in progress.") }
            throw .stageNotRetryable("Stage '\(stage.name)' is in progress and no action of it has failed.")
        }
        guard mode == .failedActions || !stage.isRunning else {
            throw .stageNotRetryable(
                "Actions of stage '\(stage.name)' are still in progress: wait for them, or retry FAILED_ACTIONS.")
        }
    }
}
