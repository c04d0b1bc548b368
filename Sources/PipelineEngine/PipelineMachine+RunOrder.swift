import PipelineModel

/// What an execution does next inside its stage (spec: execution-semantics §2).
extension PipelineMachine {
    enum NextStep: Equatable {
        /// Attempts are running; or the execution is in no stage.
        case wait
        /// All of these start together.
        case start([ActionDeclaration])
        case leave(StageEnd)
    }

    /// Takes the execution's next step. Called whenever an attempt has ended or a stage was entered; once too often
    /// is harmless.
    mutating func settle(_ id: ExecutionID) {
        guard let state = draft, let execution = state.executions[id], let stage = execution.stages.last else { return }
        switch Self.nextStep(of: execution, in: state.declaration.stage(stage.name)) {
        case .wait: break
        case .leave(let end): leave(stage.name, by: id, as: end)
        case .start(let actions): start(actions, of: id, in: stage.name)
        }
    }

    /// Starts actions together, then looks again: all of them may have failed to start.
    mutating func start(_ actions: [ActionDeclaration], of id: ExecutionID, in stage: StageName) {
        for action in actions { startAction(action, of: id, in: stage) }
        settle(id)
    }

    /// An action that fails lets its siblings run on; the stage ends when nothing runs any more.
    ///
    /// - Parameter declaration: absent when an update has removed the stage; then the execution is being cancelled.
    static func nextStep(of execution: PipelineExecution, in declaration: StageDeclaration?) -> NextStep {
        guard execution.isInsideStage, let stage = execution.stages.last, !stage.isRunning else { return .wait }
        if execution.stopMode != nil { return .leave(.stopped) }
        guard !execution.isCancelling, let declaration else { return .leave(.cancelled) }
        if stage.hasFailed { return .leave(.failed) }
        let done = Set(stage.actions.map(\.action))
        let open = declaration.actions.filter { !done.contains($0.name) }
        guard let runOrder = open.map(\.runOrder).min() else { return .leave(.succeeded) }
        return .start(open.filter { $0.runOrder == runOrder })
    }
}
