import PipelineModel

/// Taking up a finished execution again: for a retry, or when a condition is overridden.
extension PipelineMachine {
    /// The execution, provided that it is the stage's latest. PARALLEL executions have no stage in common: each is the
    /// latest of the stage that it is in, and comes back from the ledger when it has left the state.
    ///
    /// - Throws: ``CommandRefusal/notLatestExecution``, for ids that never were as well: the API declares no other.
    func recalled(_ id: ExecutionID, in stage: StageName) throws(CommandRefusal) -> PipelineExecution {
        let state = try existingState()
        if let execution = state.executions[id] {
            if execution.mode == .parallel { return try reached(stage, by: execution) }
            guard state.stages[stage]?.latest == id else { throw .notLatestExecution }
            return execution
        }
        guard let former = context.history(id), former.pipeline == state.declaration.name, former.mode == .parallel
        else { throw .notLatestExecution }
        return try reached(stage, by: former)
    }

    private func reached(
        _ stage: StageName, by execution: PipelineExecution
    ) throws(CommandRefusal) -> PipelineExecution {
        guard execution.stages.contains(where: { $0.name == stage }) else { throw .notLatestExecution }
        return execution
    }

    /// Makes a finished execution run again; one that runs is left as it is.
    mutating func resume(_ execution: PipelineExecution) throws(CommandRefusal) {
        guard execution.status.isTerminal else { return }
        try checkConcurrency(execution.mode)
        if draft?.executions[execution.id] == nil { emit(.executionRecalled(execution)) }
        emit(.executionResumed(execution.id))
    }

    /// QUEUED and PARALLEL pipelines have a limit; those that wait count (spec: execution-semantics §4, §5).
    func checkConcurrency(_ mode: ExecutionMode) throws(CommandRefusal) {
        guard mode != .superseded, let state = draft else { return }
        let active = state.executions.values.count { !$0.status.isTerminal }
        guard active < Self.concurrentExecutions else { throw .concurrentExecutionsLimit }
    }

    /// Executions of one QUEUED or PARALLEL pipeline that run or wait.
    static let concurrentExecutions = 50
}
