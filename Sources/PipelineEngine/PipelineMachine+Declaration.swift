import PipelineModel

/// Creating, changing and deleting a pipeline (spec: execution-semantics §12).
extension PipelineMachine {
    mutating func create(
        _ declaration: PipelineDeclaration, trigger: ExecutionTrigger
    ) throws(CommandRefusal) -> CommandOutcome {
        guard draft == nil else { throw .pipelineNameInUse }
        var first = declaration
        first.version = 1
        emit(.pipelineCreated(first))
        let id = try begin(StartRequest(trigger: trigger))
        return .declared(first, started: id)
    }

    /// Every update ends what runs, whatever it changes: running actions go on to their end, nothing further starts.
    mutating func update(_ declaration: PipelineDeclaration) throws(CommandRefusal) -> CommandOutcome {
        let former = try existingState()
        var next = declaration
        next.version = former.declaration.version + 1
        emit(.pipelineUpdated(next))
        let active = former.executions.values.filter { !$0.status.isTerminal }.sorted { $0.number < $1.number }
        // Those that wait go first: else they would enter the stages that the others leave.
        for execution in active where !execution.isInsideStage {
            emit(.executionEnded(execution.id, .cancelled, summary: Self.cancelledSummary))
        }
        // A stop that was asked for before keeps its own end.
        for execution in active where execution.isInsideStage && execution.status == .inProgress {
            if !execution.isCancelling { emit(.executionCancelling(execution.id)) }
        }
        return .declared(next, started: nil)
    }

    /// Nobody wants the outcome of what runs. Deleting what is absent is no error.
    mutating func delete() -> CommandOutcome {
        guard let state = draft else { return .deleted }
        let active = state.executions.values.filter { !$0.status.isTerminal }.sorted { $0.number < $1.number }
        for execution in active {
            for action in execution.stages.last?.actions ?? [] where action.status == .inProgress {
                cancelWork(of: action)
            }
        }
        emit(.pipelineDeleted)
        return .deleted
    }

    static let cancelledSummary = "The pipeline's definition was updated while the execution was in progress."
}
