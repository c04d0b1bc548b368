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
        case .stop: execution(step, state).map { .stop($0, mode: .wait, reason: nil) }
        case .abandon: execution(step, state).map { .stop($0, mode: .abandon, reason: "enough") }
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

    private static var restart: [String: String] { ["penstock:restart-on-update": "true"] }

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

    /// Those that the step may well be about first, then the newest; also some that have left the state.
    func execution(_ step: SimulationStep, _ state: PipelineState?) -> ExecutionID? {
        guard let state else { return nil }
        let newest = state.executions.values.sorted { $0.number > $1.number }
        let fitting = newest.filter { step.act.fits($0) }.map(\.id)
        let departed = (memory.executions[state.declaration.name] ?? []).reversed().filter {
            state.executions[$0] == nil
        }
        let all = fitting + newest.filter { !step.act.fits($0) }.map(\.id) + departed
        return all.isEmpty ? nil : all[step.pick % all.count]
    }

    private func stage(_ step: SimulationStep, _ state: PipelineState?) -> StageName? {
        guard let stages = state?.declaration.stages else { return nil }
        return stages[step.choice % stages.count].name
    }

    private func retry(_ step: SimulationStep, _ state: PipelineState?, _ mode: RetryMode) -> PipelineCommand? {
        guard let id = execution(step, state) else { return nil }
        // One that has left the state was in its last stage, as often as not.
        let last = state?.executions[id]?.stages.last?.name
        guard step.choice == 0, let last else { return stage(step, state).map { .retry($0, id, mode) } }
        return .retry(last, id, mode)
    }

    private func transition(_ stage: StageName, _ type: TransitionType, reason: String?) -> PipelineCommand {
        .setTransition(TransitionChange(stage: stage, type: type, by: "ann", disabledReason: reason))
    }

    /// The stages and the targets that AWS would offer first: free ones, their last success.
    private func rollback(_ step: SimulationStep, _ state: PipelineState?) -> PipelineCommand? {
        guard let state else { return nil }
        let names = state.declaration.stages.map(\.name)
        let offered = names.dropFirst().filter {
            state.stages[$0]?.lastSucceeded != nil && state.stages[$0]?.occupant == nil
        }
        let stages = offered + names.filter { !offered.contains($0) }
        let stage = stages[step.choice % stages.count]
        let last = step.pick % 2 == 0 ? state.stages[stage]?.lastSucceeded : nil
        guard let target = last ?? execution(step, state) else { return nil }
        return .rollBack(stage, to: target, trigger: ExecutionTrigger(type: .manualRollback))
    }

    private func override(_ step: SimulationStep, _ state: PipelineState?) -> PipelineCommand? {
        guard let id = execution(step, state) else { return nil }
        guard let stage = state?.executions[id]?.stages.last else {
            return self.stage(step, state).map { .overrideCondition($0, id, .beforeEntry, by: "ann") }
        }
        let gates = stage.conditions.filter { $0.value.status != .succeeded }.keys.sorted { $0.rawValue < $1.rawValue }
        let gate = gates.isEmpty ? ConditionGate.beforeEntry : gates[step.choice % gates.count]
        return .overrideCondition(stage.name, id, gate, by: "ann")
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
                status: step.act == .reject ? .rejected : .approved, summary: "", by: step.choice == 0 ? "ann" : "bob"))
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

extension SimulationStep.Act {
    /// Whether the execution is one that the act is likely to be about.
    fileprivate func fits(_ execution: PipelineExecution) -> Bool {
        switch self {
        case .stop, .abandon: !execution.status.isTerminal
        case .retry, .retryAll: execution.stages.last.map { $0.status == .failed || $0.status == .stopped } ?? false
        case .override: execution.stages.last?.conditions.values.contains { $0.status != .succeeded } ?? false
        default: true
        }
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
