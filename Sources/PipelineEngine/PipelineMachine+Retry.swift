import PipelineModel

/// Running a failed or stopped stage again in the same execution (spec: execution-semantics §8).
extension PipelineMachine {
    mutating func retry(
        _ stage: StageName, of id: ExecutionID, mode: RetryMode
    ) throws(CommandRefusal) -> CommandOutcome {
        let state = try existingState()
        guard let declaration = state.declaration.stage(stage) else { throw .stageNotFound }
        guard state.stages[stage]?.latest == id, let execution = state.executions[id] else { throw .notLatestExecution }
        guard let current = execution.stages.last, current.name == stage else {
            throw .stageNotRetryable("The execution has passed stage '\(stage)'.")
        }
        try checkRetryable(current, of: execution, version: state.declaration.version, mode: mode)
        let failed = Set(current.actions.filter(\.hasFailed).map(\.action))
        if execution.status.isTerminal { emit(.executionResumed(id)) }
        emit(.stageRetried(id, stage, mode))
        switch mode {
        case .failedActions: start(declaration.actions.filter { failed.contains($0.name) }, of: id, in: stage)
        case .allActions: settle(id)
        }
        return .retried(id)
    }

    private func checkRetryable(
        _ stage: StageExecution, of execution: PipelineExecution, version: Int, mode: RetryMode
    ) throws(CommandRefusal) {
        guard execution.pipelineVersion == version else {
            throw .stageNotRetryable(
                "The pipeline's definition has changed since the execution started. Start a new execution.")
        }
        switch stage.status {
        case .failed, .stopped:
            guard stage.hasFailed else {
                throw .stageNotRetryable("No action of stage '\(stage.name)' has failed in this execution.")
            }
        case .inProgress: try checkRunning(stage, mode: mode)
        case .stopping: throw .stageNotRetryable("Stage '\(stage.name)' is being stopped.")
        case .succeeded, .cancelled, .skipped:
            throw .stageNotRetryable("Stage '\(stage.name)' is \(stage.status.rawValue), not Failed or Stopped.")
        }
    }

    /// Failed actions may be run again at once, while their siblings run on.
    private func checkRunning(_ stage: StageExecution, mode: RetryMode) throws(CommandRefusal) {
        guard stage.hasFailed else {
            if stage.retry != nil { throw .conflict("Another retry of stage '\(stage.name)' is in progress.") }
            throw .stageNotRetryable("Stage '\(stage.name)' is in progress and no action of it has failed.")
        }
        guard mode == .failedActions else {
            throw .stageNotRetryable(
                "Actions of stage '\(stage.name)' are still in progress: wait for them, or retry FAILED_ACTIONS.")
        }
    }
}
