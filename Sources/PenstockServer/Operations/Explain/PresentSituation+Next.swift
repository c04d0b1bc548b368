import PipelineEngine
import PipelineModel

/// What will happen next at a stage if nobody interferes.
extension PresentSituation {
    func next(at stage: StageDeclaration) -> String {
        guard let door = state.stages[stage.name] else { return "nothing is known of it yet" }
        if let id = door.occupant, let execution = state.executions[id] {
            return [next(of: execution, in: stage), nextToEnter(stage.name)].compactMap { $0 }.joined(separator: "; ")
        }
        return nextToEnter(stage.name) ?? "it is free: the next execution that arrives enters"
    }

    /// Who enters when the stage is left or its transition opens.
    private func nextToEnter(_ stage: StageName) -> String? {
        guard let door = state.stages[stage] else { return nil }
        let first = door.inbound.first.map { names($0.id) }
        if !door.isOpen {
            return first.map { "\($0) enters when the transition is enabled and the stage is free" }
                ?? "nothing enters until its transition is enabled"
        }
        return first.map { door.occupant == nil ? "\($0) enters with the next arrival" : "then \($0) enters" }
    }

    /// The occupant's next step.
    private func next(of execution: PipelineExecution, in declaration: StageDeclaration) -> String {
        guard let stage = execution.stages.last, stage.name == declaration.name else { return "" }
        if execution.stopMode != nil { return "the execution is being stopped and ends here" }
        if execution.isCancelling { return "the execution is cancelled and ends here" }
        let failed = stage.actions.filter { $0.status == .failed || $0.status == .abandoned }
        if !failed.isEmpty { return afterFailure(of: failed, stage, in: declaration) }
        let done = Set(stage.actions.map(\.action))
        let open = declaration.actions.filter { !done.contains($0.name) }
        if let order = open.map(\.runOrder).min() {
            let group = open.filter { $0.runOrder == order }.map(\.name.rawValue)
            return "next: \(Spoken.list(group)) (runOrder \(order))"
        }
        if let gate = declaration.onSuccess?.conditions.first, stage.conditions[.onSuccess] == nil {
            return "next: condition ON_SUCCESS with \(Self.told(gate))"
        }
        return onward(of: execution, from: declaration.name)
    }

    private func afterFailure(
        of failed: [ActionExecution], _ stage: StageExecution, in declaration: StageDeclaration
    ) -> String {
        let names = Spoken.list(failed.map(\.action.rawValue))
        let rest = stage.actions.contains { $0.status == .inProgress } ? " when the other actions have ended" : ""
        switch declaration.onFailure {
        case let onFailure? where onFailure.result == .retry && (stage.retry?.automaticAttempts ?? 0) == 0:
            return "\(names) failed: onFailure RETRY tries the stage again\(rest)"
        case let onFailure? where onFailure.result == .rollback:
            return "\(names) failed: onFailure ROLLBACK follows\(rest)"
        case let onFailure? where onFailure.conditions?.first != nil && stage.conditions[.onFailure] == nil:
            return "\(names) failed: condition ON_FAILURE is judged\(rest)"
        default: return "\(names) failed: the stage and the execution fail\(rest)"
        }
    }

    private static func told(_ condition: ConditionDeclaration) -> String {
        Spoken.list(condition.rules.map { "rule \($0.name) (\($0.ruleTypeId.provider))" })
    }

    private func onward(of execution: PipelineExecution, from stage: StageName) -> String {
        let stages = state.declaration(for: execution).stages.map(\.name)
        guard execution.type == .standard, let index = stages.firstIndex(of: stage), index + 1 < stages.count else {
            return "next: the execution succeeds"
        }
        let next = stages[index + 1]
        guard let door = state.stages[next] else { return "next: stage \(next)" }
        if !door.isOpen { return "next: it waits in front of stage \(next), whose transition is disabled" }
        if execution.mode != .parallel, let holder = door.occupant {
            return "next: it waits in front of stage \(next), which \(names(holder)) holds"
        }
        return "next: stage \(next)"
    }
}
