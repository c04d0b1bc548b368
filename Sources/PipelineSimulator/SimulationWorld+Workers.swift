import PipelineEngine
import PipelineModel

/// What workers do with effects, and what goes wrong with them.
extension SimulationWorld {
    mutating func claim(worker: Int, limit: Int) throws {
        workers[worker].held += try ledger.claim(limit: limit, worker: workers[worker].id, lease: Self.lease)
    }

    mutating func work(_ step: SimulationStep) throws {
        let worker = step.pick % workers.count
        if workers[worker].held.isEmpty { try claim(worker: worker, limit: 4) }
        guard !workers[worker].held.isEmpty else { return }
        let place = step.choice % workers[worker].held.count
        try finish(workers[worker].held.remove(at: place), as: step.act)
    }

    mutating func finish(_ effect: ClaimedEffect, as act: SimulationStep.Act) throws {
        let command = Self.report(on: effect.effect, as: act)
        batch.touch(effect.effect.pipeline, command)
        if let command {
            intent?(command, effect.effect.pipeline)
            memory.remember(SentReport(effect: effect, command: command))
        }
        _ = try ledger.finish(effect.id, reporting: command, on: effect.effect.pipeline)
    }

    /// A worker that was slow or lost its lease reports once more, or says something else this time.
    mutating func reportAgain(_ step: SimulationStep) throws {
        guard !memory.reports.isEmpty else { return }
        let sent = memory.reports[memory.reports.count - 1 - step.pick % memory.reports.count]
        let command = step.choice == 0 ? sent.command : Self.report(on: sent.effect.effect, as: .broken) ?? sent.command
        batch.touch(sent.effect.effect.pipeline, command)
        _ = try ledger.finish(sent.effect.id, reporting: command, on: sent.effect.effect.pipeline)
    }

    mutating func handle(_ step: SimulationStep) throws {
        let worker = step.pick % workers.count
        let held = workers[worker].held
        switch step.act {
        case .renew:
            let kept = try ledger.renew(held.map(\.id), worker: workers[worker].id, lease: Self.lease)
            workers[worker].held.removeAll { !kept.contains($0.id) }
        case .release:
            guard !held.isEmpty else { return }
            let effect = workers[worker].held.remove(at: step.choice % held.count)
            try ledger.release([effect.id], worker: workers[worker].id)
        default: workers[worker].held = []
        }
    }

    /// A worker that takes what is due until it has the effect that is to end.
    mutating func end(_ step: SimulationStep) throws {
        guard let subject = subject(of: step) else { return }
        try claim(worker: 0, limit: .max)
        let isFound = { (effect: ClaimedEffect) in effect.effect.subject.id == subject && effect.effect.kind.isRun }
        for worker in workers.indices {
            guard let place = workers[worker].held.firstIndex(where: isFound) else { continue }
            let isGood = step.act == .ok || step.act == .pass
            return try finish(workers[worker].held.remove(at: place), as: isGood ? .done : .broken)
        }
    }

    private func subject(of step: SimulationStep) -> SubjectID? {
        guard let state = state(Self.name(step.pipeline)) else { return nil }
        let names: [(String, SubjectID)] =
            step.act == .ok || step.act == .fail
            ? state.runningAttempts.map { ($0.action.rawValue, SubjectID($0.id)) }
            : state.runningRules.map { ($0.rule.rawValue, SubjectID($0.id)) }
        let fitting = names.filter { step.word == nil || $0.0 == step.word }
        return fitting.isEmpty ? nil : fitting[step.pick % fitting.count].1
    }

    /// What a worker says of an effect; `nil` where nothing is reported.
    static func report(on effect: Effect, as act: SimulationStep.Act) -> PipelineCommand? {
        switch effect.kind {
        case .runAction(let work): report(on: work.action, as: act)
        case .runRule(let work): report(on: work.rule, as: act)
        case .collectOutputs(let work): report(on: work.action, as: act)
        case .askChangedPaths(let question):
            .changedPaths(question, answer(as: act))
        case .timer(let command): command
        case .cancelAction, .cancelRule, .reportStatus, .notify: nil
        }
    }

    private static func report(on attempt: ActionExecution, as act: SimulationStep.Act) -> PipelineCommand {
        let reference = ActionReference(attempt)
        switch act {
        case .broken: return .actionFailed(reference, FailureDetails(.jobFailed, "broken"))
        case .faulty: return .actionFailed(reference, FailureDetails(.systemUnavailable, "faulty"))
        case .pending: return .actionPending(reference, ActionContinuation(token: "t", pollAgainIn: 20))
        default:
            let isSource = attempt.type.category == .source
            return .actionSucceeded(
                reference,
                ActionResult(
                    outputs: attempt.outputArtifacts, variables: ["v": "1"],
                    revision: isSource
                        ? SourceRevision(
                            actionName: attempt.action, revisionID: "c\((attempt.id.rawValue.utf8.first ?? 0) % 6)")
                        : nil))
        }
    }

    private static func report(on rule: RuleExecution, as act: SimulationStep.Act) -> PipelineCommand {
        let reference = RuleReference(rule)
        switch act {
        case .broken: return .ruleFailed(reference, FailureDetails(.jobFailed, "not met"))
        case .faulty: return .ruleFailed(reference, FailureDetails(.systemUnavailable, "faulty"))
        case .pending: return .rulePending(reference, ActionContinuation(token: "t", pollAgainIn: 20))
        default: return .ruleSucceeded(reference, RuleResult(summary: "met"))
        }
    }

    private static func answer(as act: SimulationStep.Act) -> ChangedPathsAnswer {
        switch act {
        case .broken: .inspected(match: nil, count: 3)
        case .faulty: .impossible(reason: "gone")
        case .pending: .unavailable(reason: "busy")
        default: .inspected(match: "a", count: 3)
        }
    }
}

extension OutsideMemory {
    mutating func remember(_ report: SentReport) {
        if reports.count >= 40 { reports.removeFirst(10) }
        reports.append(report)
    }
}

extension Effect.Kind {
    var isRun: Bool {
        switch self {
        case .runAction, .runRule: true
        default: false
        }
    }
}
