import PipelineModel

/// What an execution does next inside its stage (spec: execution-semantics §2, §10).
extension PipelineMachine {
    enum NextStep: Equatable {
        /// Attempts or rules are running; or the execution is in no stage.
        case wait
        /// All of these start together.
        case start([ActionDeclaration])
        case evaluate(ConditionGate, ConditionDeclaration)
        case retry(RetryMode)
        case leave(StageEnd)
    }

    /// Actions of one PARALLEL execution that run at a time (spec: execution-semantics §5).
    static let parallelActions = 5

    /// Takes the execution's next step. Called whenever an attempt or a gate has ended or a stage was entered; once
    /// too often is harmless.
    mutating func settle(_ id: ExecutionID) {
        guard let state = draft, let execution = state.executions[id], let stage = execution.stages.last else { return }
        switch Self.nextStep(of: execution, in: state.declaration(for: execution).stage(stage.name)) {
        case .wait: break
        case .leave(let end): leave(stage.name, by: id, as: end)
        case .start(let actions): start(actions, of: id, in: stage.name)
        case .evaluate(let gate, let condition): evaluate(condition, at: gate, of: stage.name, for: id)
        case .retry(let mode): retryAutomatically(stage.name, of: id, mode: mode)
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
        guard execution.isInsideStage, let stage = execution.stages.last else { return .wait }
        if stage.isRunning { return siblings(of: stage, in: declaration, for: execution) }
        if execution.stopMode != nil { return .leave(.stopped) }
        guard !execution.isCancelling, let declaration else { return .leave(.cancelled) }
        if stage.isJudging { return .wait }
        return entry(of: stage, in: declaration)
            ?? failure(of: stage, in: declaration)
            ?? nextGroup(of: stage, in: declaration, for: execution)
            ?? success(of: stage, in: declaration)
    }

    /// The next group, as much of it as may run at a time.
    private static func nextGroup(
        of stage: StageExecution, in declaration: StageDeclaration, for execution: PipelineExecution
    ) -> NextStep? {
        let open = stage.open(in: declaration)
        guard let runOrder = open.map(\.runOrder).min() else { return nil }
        let group = open.filter { $0.runOrder == runOrder }
        return .start(execution.mode == .parallel ? Array(group.prefix(parallelActions)) : group)
    }

    /// A PARALLEL execution's large group goes on as places become free; with a failure in it, it doesn't.
    private static func siblings(
        of stage: StageExecution, in declaration: StageDeclaration?, for execution: PipelineExecution
    ) -> NextStep {
        guard execution.mode == .parallel, execution.stopMode == nil, !execution.isCancelling, !stage.hasFailed,
            let declaration
        else { return .wait }
        guard stage.actions.count < declaration.actions.count else { return .wait }
        let running = Set(stage.actions.filter { $0.status == .inProgress }.map(\.action))
        let runOrder = declaration.actions.first { running.contains($0.name) }?.runOrder
        let next = stage.open(in: declaration).filter { $0.runOrder == runOrder }
            .prefix(max(0, parallelActions - running.count))
        return next.isEmpty ? .wait : .start(Array(next))
    }
}

extension StageExecution {
    /// Declared actions that have no attempt yet.
    fileprivate func open(in declaration: StageDeclaration) -> [ActionDeclaration] {
        let done = Set(actions.map(\.action))
        return declaration.actions.filter { !done.contains($0.name) }
    }
}
