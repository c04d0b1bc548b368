import PipelineModel

/// Judging a gate: its rules start together, one that fails decides (spec: execution-semantics §10).
extension PipelineMachine {
    mutating func evaluate(
        _ condition: ConditionDeclaration, at gate: ConditionGate, of stage: StageName, for id: ExecutionID
    ) {
        emit(.conditionStarted(id, stage, gate, condition.result))
        for rule in condition.rules { start(rule, at: gate, of: stage, for: id) }
        judge(gate, of: id)
    }

    /// What can't be started has started and failed: the rule tells why.
    private mutating func start(
        _ rule: RuleDeclaration, at gate: ConditionGate, of stage: StageName, for id: ExecutionID
    ) {
        guard let state = draft, let execution = state.executions[id] else { return }
        var run = RuleExecution(
            id: RuleExecutionID(context.ids.uuid()), executionID: id, pipelineVersion: execution.pipelineVersion,
            stage: stage, gate: gate, rule: rule.name, type: rule.ruleTypeId, startTime: context.now,
            configuration: rule.configuration, resolvedConfiguration: rule.configuration, commands: rule.commands)
        run.region = rule.region ?? context.settings.region
        run.roleArn = rule.roleArn
        run.deadline = context.now + Double(timeout(of: rule))
        do throws(FailureDetails) {
            try prepare(&run, for: rule, of: execution)
        } catch {
            emit(.ruleStarted(run))
            return emit(.ruleFailed(RuleReference(run), error))
        }
        emit(.ruleStarted(run))
        scheduleRun(run, at: context.now, continuationToken: nil)
    }

    private func prepare(
        _ run: inout RuleExecution, for rule: RuleDeclaration, of execution: PipelineExecution
    ) throws(FailureDetails) {
        let resolution = VariableResolution(execution)
        run.resolvedConfiguration = try resolution.resolve(rule.configuration, of: .rule(rule.name))
        if let commands = rule.commands { run.commands = try resolution.resolve(commands, of: .rule(rule.name)) }
        run.inputArtifacts = try rule.inputArtifacts.map { reference throws(FailureDetails) in
            guard let artifact = execution.artifacts[reference.name] else {
                throw FailureDetails(
                    .configurationError,
                    "The rule '\(rule.name)' needs the input artifact '\(reference.name)', which no earlier action "
                        + "of this execution has produced. Check the action that declares it as output.")
            }
            return artifact
        }
    }

    private func timeout(of rule: RuleDeclaration) -> Int {
        rule.timeoutInMinutes.map { $0 * 60 } ?? context.settings.ruleTimeouts[rule.ruleTypeId] ?? 3600
    }

    /// Ends the condition when its rules allow a verdict, and takes the execution's next step.
    private mutating func judge(_ gate: ConditionGate, of id: ExecutionID) {
        guard let stage = draft?.executions[id]?.stages.last, let condition = stage.conditions[gate],
            condition.status == .inProgress
        else { return }
        if let failed = condition.rules.first(where: { $0.status == .failed }) {
            abandonRules(of: condition)
            // A fault of ours is no verdict on the rule.
            let status: ConditionStatus = failed.failure?.type == .systemUnavailable ? .errored : .failed
            emit(.conditionEnded(id, stage.name, gate, status, summary: Self.words(of: failed)))
        } else if condition.rules.allSatisfy({ $0.status == .succeeded }) {
            emit(.conditionEnded(id, stage.name, gate, .succeeded, summary: nil))
        } else {
            return
        }
        settle(id)
    }

    /// Names the rule; some providers' messages begin with it themselves.
    private static func words(of rule: RuleExecution) -> String {
        let (subject, message) = ("Rule '\(rule.rule)'", rule.failure?.message ?? "it failed")
        return message.hasPrefix(subject) ? message : "\(subject): \(message)"
    }

    /// The gates' verdicts are no longer wanted.
    mutating func abandonConditions(of execution: PipelineExecution, as status: ConditionStatus) {
        guard let stage = execution.stages.last else { return }
        for gate in ConditionGate.allCases {
            guard let condition = stage.conditions[gate], condition.status == .inProgress else { continue }
            abandonRules(of: condition)
            emit(.conditionEnded(execution.id, stage.name, gate, status, summary: nil))
        }
    }

    mutating func abandonRules(of condition: ConditionExecution) {
        for rule in condition.rules where rule.status == .inProgress {
            emit(.ruleAbandoned(RuleReference(rule)))
            cancelWork(of: rule)
        }
    }

    // MARK: Reports

    mutating func ruleSucceeded(_ reference: RuleReference, _ result: RuleResult) -> CommandOutcome {
        end(reference, with: .ruleSucceeded(reference, result))
    }

    mutating func ruleFailed(_ reference: RuleReference, _ failure: FailureDetails) -> CommandOutcome {
        end(reference, with: .ruleFailed(reference, failure))
    }

    mutating func rulePending(_ reference: RuleReference, _ continuation: ActionContinuation) -> CommandOutcome {
        guard running(reference) != nil else { return late(reference) }
        emit(.ruleProgressed(reference, continuation))
        guard let rule = running(reference) else { return late(reference) }
        change(.cancel(SubjectID(reference.id)))
        scheduleRun(rule, at: context.now + max(0, continuation.pollAgainIn), continuationToken: continuation.token)
        return .reported
    }

    mutating func ruleTimedOut(_ reference: RuleReference) -> CommandOutcome {
        guard let rule = running(reference) else { return late(reference) }
        let seconds = Int((rule.deadline ?? context.now) - rule.startTime)
        emit(
            .ruleFailed(
                reference,
                FailureDetails(
                    .actionTimedOut,
                    "The rule '\(rule.rule)' timed out: it had not passed after \(seconds) seconds."
                        + (rule.summary.map { " \($0)" } ?? ""))))
        cancelWork(of: rule)
        judge(reference.gate, of: reference.execution)
        return .reported
    }

    private mutating func end(_ reference: RuleReference, with event: PipelineEvent) -> CommandOutcome {
        guard running(reference) != nil else { return late(reference) }
        emit(event)
        change(.cancel(SubjectID(reference.id)))
        judge(reference.gate, of: reference.execution)
        return .reported
    }

    private func running(_ reference: RuleReference) -> RuleExecution? {
        draft?.executions[reference.execution]?.runningRule(reference)
    }

    private func late(_ reference: RuleReference) -> CommandOutcome {
        .ignored(reason: "the execution \(reference.id) of rule '\(reference.rule)' isn't running any more")
    }

    // MARK: Effects

    private mutating func scheduleRun(_ rule: RuleExecution, at due: Double, continuationToken: String?) {
        let isUntrusted = draft?.executions[rule.executionID]?.isUntrusted == true ? true : nil
        let work = RuleWork(rule: rule, continuationToken: continuationToken, isUntrusted: isUntrusted)
        schedule(.runRule(work), for: rule, at: due)
        if let deadline = rule.deadline {
            schedule(.timer(.ruleTimedOut(RuleReference(rule))), for: rule, at: deadline)
        }
    }

    /// Forgets the rule's effects and has what runs of it ended.
    mutating func cancelWork(of rule: RuleExecution) {
        change(.cancel(SubjectID(rule.id)))
        schedule(.cancelRule, for: rule, at: context.now)
    }

    private mutating func schedule(_ kind: Effect.Kind, for rule: RuleExecution, at due: Double) {
        guard let pipeline = draft?.declaration.name else { return }
        change(.schedule(Effect(kind: kind, pipeline: pipeline, subject: .rule(RuleReference(rule)), dueAt: due)))
    }
}
