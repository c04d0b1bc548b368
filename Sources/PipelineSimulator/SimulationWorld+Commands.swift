import PipelineEngine
import PipelineModel

/// What callers ask for.
extension SimulationWorld {
    /// `nil` where the step finds nothing to be about.
    func command(of step: SimulationStep) -> PipelineCommand? {
        let name = Self.name(step.pipeline)
        let state = state(name)
        return switch step.act {
        case .create:
            .create(
                PipelineSketch(step.word ?? "").declaration(named: name),
                trigger: ExecutionTrigger(type: .createPipeline), tags: step.choice == 1 ? Self.restart : [:])
        case .update: update(step, of: name, state)
        case .delete: .delete
        case .start: start(step)
        case .stop: execution(step, state).map { .stop($0.id, mode: .wait, reason: nil) }
        case .abandon: execution(step, state).map { .stop($0.id, mode: .abandon, reason: "enough") }
        case .retry: retry(step, state, .failedActions)
        case .retryAll: retry(step, state, .allActions)
        case .open: stage(step, state).map { transition($0, .inbound, reason: nil) }
        case .close: stage(step, state).map { transition($0, .inbound, reason: "closed") }
        case .closeOut: stage(step, state).map { transition($0, .outbound, reason: "closed") }
        case .rollback: rollback(step, state)
        case .override: override(step, state)
        case .approve, .reject, .wrongToken: answer(step, state)
        case .answerAgain:
            memory.answers.isEmpty
                ? nil : .answerApproval(memory.answers[memory.answers.count - 1 - step.pick % memory.answers.count])
        case .tag: .tag(step.pick == 0 ? Self.restart : ["t\(step.pick)": "v"])
        case .untag: .untag(step.pick == 0 ? Array(Self.restart.keys) : ["t\(step.pick)"])
        case .disablePolling: .disablePolling
        case .put: source(step, state, .put)
        case .poll: source(step, state, .poll)
        default: nil
        }
    }

    private static let restart = ["penstock:restart-on-update": "true"]

    private func update(_ step: SimulationStep, of name: PipelineName, _ state: PipelineState?) -> PipelineCommand? {
        if let word = step.word { return .update(PipelineSketch(word).declaration(named: name)) }
        return state.map { .update($0.declaration) }
    }

    private func start(_ step: SimulationStep) -> PipelineCommand {
        let variables = step.choice == 0 ? [:] : [step.choice == 1 ? "v" : "unknown": "given"]
        return .start(
            StartRequest(
                trigger: ExecutionTrigger(type: .startPipelineExecution), input: StartInput(variables: variables),
                clientRequestToken: step.pick == 0 ? nil : "t\(step.pick)"))
    }

    /// Those of the state, the newest first; the place after the last one is one that never was.
    func execution(_ step: SimulationStep, _ state: PipelineState?) -> PipelineExecution? {
        guard let state, !state.executions.isEmpty else { return nil }
        let newest = state.executions.values.sorted { $0.number > $1.number }
        return newest[step.pick % newest.count]
    }

    private func stage(_ step: SimulationStep, _ state: PipelineState?) -> StageName? {
        guard let stages = state?.declaration.stages else { return nil }
        return stages[step.choice % stages.count].name
    }

    private func retry(_ step: SimulationStep, _ state: PipelineState?, _ mode: RetryMode) -> PipelineCommand? {
        guard let execution = execution(step, state) else { return nil }
        guard step.choice == 0, let last = execution.stages.last?.name else {
            return stage(step, state).map { .retry($0, execution.id, mode) }
        }
        return .retry(last, execution.id, mode)
    }

    private func transition(_ stage: StageName, _ type: TransitionType, reason: String?) -> PipelineCommand {
        .setTransition(TransitionChange(stage: stage, type: type, by: "ann", disabledReason: reason))
    }

    /// Half of the targets are what AWS would offer: the stage's last success.
    private func rollback(_ step: SimulationStep, _ state: PipelineState?) -> PipelineCommand? {
        guard let stage = stage(step, state) else { return nil }
        let offered = step.pick % 2 == 0 ? state?.stages[stage]?.lastSucceeded : nil
        guard let target = offered ?? execution(step, state)?.id else { return nil }
        return .rollBack(stage, to: target, trigger: ExecutionTrigger(type: .manualRollback))
    }

    private func override(_ step: SimulationStep, _ state: PipelineState?) -> PipelineCommand? {
        guard let execution = execution(step, state), let stage = execution.stages.last else { return nil }
        let gates = stage.conditions.keys.sorted { $0.rawValue < $1.rawValue }
        let gate = gates.isEmpty ? ConditionGate.beforeEntry : gates[step.choice % gates.count]
        return .overrideCondition(stage.name, execution.id, gate, by: "ann")
    }

    private func answer(_ step: SimulationStep, _ state: PipelineState?) -> PipelineCommand? {
        let waiting = (state?.runningAttempts ?? []).filter { attempt in
            attempt.approvalToken != nil && (step.word == nil || attempt.action.rawValue == step.word)
        }
        guard !waiting.isEmpty else { return nil }
        let attempt = waiting[step.pick % waiting.count]
        let token = step.act == .wrongToken ? "wrong" : attempt.approvalToken ?? ""
        return .answerApproval(
            ApprovalAnswer(
                stage: attempt.stage, action: attempt.action, token: token,
                status: step.act == .reject ? .rejected : .approved, summary: "", by: "ann"))
    }

    private func source(
        _ step: SimulationStep, _ state: PipelineState?, _ origin: SourceChange.Origin
    ) -> PipelineCommand? {
        guard let sources = state?.declaration.stages.first?.actions else { return nil }
        return .sourceChanged(
            SourceChange(
                action: sources[step.choice % sources.count].name, revision: "c\(step.pick)", origin: origin,
                trigger: ExecutionTrigger(type: origin == .put ? .putActionRevision : .pollForSourceChanges),
                revisionType: step.pick % 2 == 0 ? .commitID : nil))
    }
}

extension PipelineState {
    /// By their executions' numbers, then by name.
    var runningAttempts: [ActionExecution] {
        executions.values.filter { !$0.status.isTerminal }.sorted { $0.number < $1.number }
            .flatMap { $0.stages.last?.actions ?? [] }.filter { $0.status == .inProgress }
    }

    var runningRules: [RuleExecution] {
        executions.values.filter { !$0.status.isTerminal }.sorted { $0.number < $1.number }
            .flatMap { execution in
                (execution.stages.last?.conditions ?? [:]).sorted { $0.key.rawValue < $1.key.rawValue }
                    .flatMap(\.value.rules)
            }.filter { $0.status == .inProgress }
    }
}
