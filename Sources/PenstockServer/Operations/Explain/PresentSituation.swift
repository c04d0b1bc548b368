import PipelineEngine
import PipelineModel

/// What executions do or wait for at this moment, and what comes next. Pure, from the pipeline's state.
struct PresentSituation {
    let state: PipelineState
    let names: ExecutionNames
    let now: Double

    /// Of one live execution.
    func sentences(on execution: PipelineExecution) -> [String] {
        guard !execution.status.isTerminal else { return [] }
        if let stage = waitingPlace(of: execution.id) { return [wait(of: execution, before: stage)] }
        return doing(execution)
    }

    /// Why it isn't inside: as it is now, which may differ from why it began to wait.
    func wait(of execution: PipelineExecution, before stage: StageName) -> String {
        let door = state.stages[stage]
        let since = door?.inbound.first { $0.id == execution.id }?.since ?? now
        let reason = reasonToWait(for: execution, at: stage).map { Self.sentence(of: $0, names) }
        return "waits in front of stage \(stage) for \(Spoken.duration(now - since)): "
            + (reason ?? "it waited longer than 30 days; the next arrival takes it along")
    }

    func reasonToWait(for execution: PipelineExecution, at stage: StageName) -> WaitReason? {
        guard let door = state.stages[stage] else { return nil }
        if let transition = door.transition, !transition.isEnabled {
            return .transitionDisabled(by: transition.changedBy, reason: transition.reason ?? "")
        }
        if let index = door.inbound.firstIndex(where: { $0.id == execution.id }), index > 0 {
            return .behind(door.inbound[index - 1].id)
        }
        return door.occupant.map { .stageHeld(by: $0) }
    }

    static func sentence(of reason: WaitReason?, _ names: ExecutionNames) -> String {
        switch reason {
        case nil: "an execution holds it, or its transition is disabled"
        case .stageHeld(let holder)?: holder.rawValue.isEmpty ? "others wait there" : "\(names(holder)) holds it"
        case .behind(let other)?: "\(names(other)) came first"
        case .transitionDisabled(let caller, let reason)?:
            "\(Spoken.person(caller)) disabled the transition" + (reason.isEmpty ? "" : ": \(reason)")
        }
    }

    private func waitingPlace(of id: ExecutionID) -> StageName? {
        state.declaration.stages.map(\.name).first { stage in
            state.stages[stage]?.inbound.contains { $0.id == id } == true
        }
    }

    // MARK: Inside a stage

    /// What runs, and the ends that are foreseeable.
    func doing(_ execution: PipelineExecution) -> [String] {
        guard let stage = execution.stages.last else { return ["is on its way to the first stage"] }
        var lines = stage.actions.filter { $0.status == .inProgress }.map { doing($0) }
        lines += ConditionGate.allCases.compactMap { gate in
            stage.conditions[gate].flatMap { $0.status == .inProgress ? judging(gate, $0, in: stage.name) : nil }
        }
        if lines.isEmpty { lines = ["is in stage \(stage.name), between two steps"] }
        if execution.stopMode != nil {
            lines.append("was asked to stop: it ends as Stopped when that has ended")
        } else if execution.isCancelling {
            lines.append("ends as Cancelled when that has ended: the definition was updated")
        }
        return lines
    }

    private func doing(_ action: ActionExecution) -> String {
        let since = Spoken.duration(now - action.startTime)
        if action.approvalToken != nil {
            let expiry = action.deadline.map { "; it expires \(Spoken.deadline($0, now: now))" } ?? ""
            let given = approvals(of: action)
            return "action \(action.stage)/\(action.action) has waited \(since) for an approval\(expiry)\(given)"
        }
        var text = "action \(action.stage)/\(action.action) (\(action.type.provider)) has run for \(since)"
        text += action.percentComplete.map { ", \($0) %" } ?? ""
        text += action.summary.map { ": \($0)" } ?? ""
        text += action.externalExecutionURL.map { " (\($0))" } ?? ""
        return text + (action.deadline.map { "; it times out \(Spoken.deadline($0, now: now))" } ?? "")
    }

    /// Where several must approve: who has.
    private func approvals(of action: ActionExecution) -> String {
        // Terms that can't be read have failed the action at its start.
        let terms = Result { () throws(FailureDetails) in try ApprovalTerms(action.resolvedConfiguration) }
        guard case .success(let terms) = terms, terms.requiredApprovals > 1 else { return "" }
        let given = action.approvals.isEmpty ? "" : ": " + Spoken.list(action.approvals.map(Spoken.person))
        return "; \(action.approvals.count) of \(terms.requiredApprovals) have approved\(given)"
    }

    private func judging(_ gate: ConditionGate, _ condition: ConditionExecution, in stage: StageName) -> String {
        let rules = condition.rules.map { rule in
            let text = "rule \(rule.rule) (\(rule.type.provider)) \(rule.status.rawValue)"
            let limit = rule.status == .inProgress ? rule.deadline.map { ", until \(Spoken.time($0))" } ?? "" : ""
            return text + limit + (rule.summary.map { ": \($0)" } ?? "")
        }
        return "condition \(gate.rawValue) of stage \(stage) has been judged for "
            + "\(Spoken.duration(now - condition.startTime)): " + rules.joined(separator: "; ")
    }
}
