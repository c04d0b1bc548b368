import PipelineModel

/// Going back to what succeeded in a stage before (spec: execution-semantics §9).
///
/// A rollback is a new execution that runs the one stage with its target's revisions, variables and artifacts. It
/// enters a free stage at once, whatever waits in front of it and whether or not the transition is open.
extension PipelineMachine {
    mutating func rollBack(
        _ stage: StageName, to id: ExecutionID, trigger: ExecutionTrigger
    ) throws(CommandRefusal) -> CommandOutcome {
        let state = try existingState()
        guard let index = state.declaration.stages.firstIndex(where: { $0.name == stage }) else { throw .stageNotFound }
        try checkRollbackAllowed(in: state.declaration, stage: index)
        guard let target = state.executions[id] ?? context.history(id), target.pipeline == state.declaration.name
        else { throw .executionNotFound }
        try checkTarget(target, in: stage, version: state.declaration.version)
        guard state.stages[stage]?.occupant == nil else {
            throw .unableToRollBack("Stage '\(stage)' is in progress: wait until it has ended, or stop its execution.")
        }
        return .rolledBack(begin(rollbackOf: stage, to: target, trigger: trigger))
    }

    private func checkRollbackAllowed(
        in declaration: PipelineDeclaration, stage: Int
    ) throws(CommandRefusal) {
        guard declaration.pipelineType == .v2 else {
            throw .unableToRollBack("Only V2 pipelines can be rolled back.")
        }
        guard declaration.executionMode != .parallel else {
            throw .unableToRollBack("A pipeline in PARALLEL mode can't be rolled back.")
        }
        guard stage > 0 else { throw .unableToRollBack("The source stage can't be rolled back.") }
    }

    private func checkTarget(
        _ target: PipelineExecution, in stage: StageName, version: Int
    ) throws(CommandRefusal) {
        guard target.pipelineVersion == version else {
            throw .executionOutdated(
                "The execution ran with version \(target.pipelineVersion) of the pipeline, which is at \(version) now.")
        }
        guard target.type == .standard else {
            throw .unableToRollBack("The target is a rollback itself. Name the execution that it went back to.")
        }
        guard let run = target.stages.last(where: { $0.name == stage }), run.status == .succeeded else {
            throw .unableToRollBack("The target execution did not succeed in stage '\(stage)'.")
        }
    }

    // MARK: Automatic

    enum RollbackSearch {
        case found(PipelineExecution)
        case none(reason: String)
    }

    /// The last execution of this version that succeeded in the stage. A rollback that fails is not rolled back.
    func rollbackTarget(of stage: StageName, afterFailureOf id: ExecutionID) -> RollbackSearch {
        guard let state = draft, let failed = state.executions[id], failed.type == .standard
        else { return .none(reason: "the failed execution is a rollback itself.") }
        guard failed.mode != .parallel else { return .none(reason: "executions in PARALLEL mode can't be.") }
        guard state.declaration.stages.first?.name != stage else { return .none(reason: "it is the source stage.") }
        guard let former = state.stages[stage]?.lastSucceeded, former != id,
            let target = state.executions[former] ?? context.history(former)
        else { return .none(reason: "no execution of the pipeline's present version has succeeded in it before.") }
        return .found(target)
    }

    mutating func beginAutomaticRollback(of stage: StageName, to target: PipelineExecution, after id: ExecutionID) {
        let trigger = ExecutionTrigger(type: .automatedRollback, detail: #"{"FailedPipelineExecutionId":"\#(id)"}"#)
        _ = begin(rollbackOf: stage, to: target, trigger: trigger)
    }

    private mutating func begin(
        rollbackOf stage: StageName, to target: PipelineExecution, trigger: ExecutionTrigger
    ) -> ExecutionID {
        let id = ExecutionID(context.ids.uuid())
        guard let state = draft else { return id }
        var execution = PipelineExecution(
            id: id, pipeline: state.declaration.name, pipelineVersion: state.declaration.version,
            number: state.nextNumber, mode: state.declaration.executionMode, trigger: trigger, startTime: context.now,
            sourceRevisionOverrides: target.sourceRevisionOverrides, variables: target.variables)
        execution.rollbackTarget = target.id
        // Also what tells that strangers wrote what it ran.
        execution.eventVariables = target.eventVariables
        execution.namespaces = target.namespaces
        execution.artifacts = target.artifacts
        execution.sourceRevisions = target.sourceRevisions
        execution.authors = target.knownAuthors + (trigger.type == .manualRollback ? [trigger.detail ?? ""] : [])
        emit(.executionStarted(execution))
        enter(id, stage)
        return id
    }
}
