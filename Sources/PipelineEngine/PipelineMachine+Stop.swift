import PipelineModel

/// Stopping an execution: let the running actions end, or give them up (spec: execution-semantics §7).
extension PipelineMachine {
    mutating func stop(
        _ id: ExecutionID, mode: StopMode, reason: String?
    ) throws(CommandRefusal) -> CommandOutcome {
        let state = try existingState()
        // An execution that isn't here has ended long ago, or never was: the API declares no other error for it.
        guard let execution = state.executions[id], !execution.status.isTerminal else {
            throw .executionNotStoppable(Self.notStoppable)
        }
        if execution.status == .stopping {
            guard mode == .abandon, execution.stopMode == .wait else { throw .duplicatedStopRequest }
        }
        emit(.executionStopping(id, mode: mode, reason: reason))
        guard execution.isInsideStage else {
            emit(.executionEnded(id, .stopped, summary: nil))
            return .stopping(id)
        }
        abandonConditions(of: execution, as: .abandoned)
        if mode == .abandon { abandonActions(of: execution) }
        settle(id)
        return .stopping(id)
    }

    private mutating func abandonActions(of execution: PipelineExecution) {
        for action in execution.stages.last?.actions ?? [] where action.status == .inProgress {
            emit(.actionAbandoned(ActionReference(action)))
            cancelWork(of: action)
        }
    }

    private static let notStoppable =
        "Unable to stop the pipeline execution. The execution might already be in a Stopped state, or it might no "
        + "longer be in progress."
}
