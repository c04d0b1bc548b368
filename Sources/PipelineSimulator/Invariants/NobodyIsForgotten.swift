import PipelineEngine
import PipelineModel
import PipelineStore

/// Every live execution runs something that has its work and its timer in the ledger, or waits in front of a stage for
/// somebody with a name; what has ended runs nothing.
struct NobodyIsForgotten: Invariant {
    private struct Work {
        var runs = 0
        var timers = 0
    }

    mutating func check(_ moment: Moment) -> String? {
        guard !moment.touched.isEmpty else { return nil }
        var work: [SubjectID: Work] = [:]
        for (_, effect) in moment.ledger.effects {
            switch effect.kind {
            case .runAction, .runRule, .collectOutputs: work[effect.subject.id, default: Work()].runs += 1
            case .timer: work[effect.subject.id, default: Work()].timers += 1
            case .cancelAction, .cancelRule, .askChangedPaths, .reportStatus, .notify: break
            }
        }
        for subject in moment.ledger.jobSubjects { work[subject, default: Work()].runs += 1 }
        for name in moment.touched {
            guard let state = moment.state(name) else { continue }
            for execution in state.executions.values {
                if let wrong = check(execution, in: state, work) { return wrong }
            }
            if let wrong = waiting(in: state) { return wrong }
        }
        return nil
    }

    private func check(
        _ execution: PipelineExecution, in state: PipelineState, _ work: [SubjectID: Work]
    ) -> String? {
        var running = 0
        for stage in execution.stages {
            for attempt in stage.actions where attempt.status == .inProgress {
                running += 1
                let expected = attempt.type == .manualApproval ? 0 : 1
                if let wrong = check(SubjectID(attempt.id), runs: expected, work) { return wrong }
            }
            for rule in stage.conditions.values.flatMap(\.rules) where rule.status == .inProgress {
                running += 1
                if let wrong = check(SubjectID(rule.id), runs: 1, work) { return wrong }
            }
        }
        if execution.status.isTerminal {
            return running == 0 ? nil : "\(execution.id) is \(execution.status), and \(running) of it run"
        }
        return running > 0 || !execution.isInsideStage
            ? nil : "\(execution.id) is in stage \(execution.stages.last?.name ?? "") and nothing of it runs"
    }

    private func check(_ subject: SubjectID, runs: Int, _ work: [SubjectID: Work]) -> String? {
        let found = work[subject] ?? Work()
        guard found.runs == runs else { return "\(subject) runs and has \(found.runs) effects that run it" }
        return found.timers == 1 ? nil : "\(subject) runs and has \(found.timers) timers"
    }

    /// A closed transition, the stage's holder, those ahead, or its own age: who waited for more than 30 days when the
    /// transition was opened waits for the next arrival.
    private func waiting(in state: PipelineState) -> String? {
        for (stage, door) in state.stages where door.isOpen && !door.inbound.isEmpty {
            if door.inbound.allSatisfy({ door.isStale($0) }) { continue }
            for waiting in door.inbound where state.executions[waiting.id]?.mode == .parallel {
                return "the PARALLEL execution \(waiting.id) waits in front of the open stage \(stage)"
            }
            guard door.occupant != nil else { return "\(door.inbound[0].id) waits in front of the free stage \(stage)" }
        }
        return nil
    }
}

extension StageState {
    func isStale(_ waiting: InboundExecution) -> Bool {
        guard let closed = transition?.disabledAt, let opened = transition?.enabledAt else { return false }
        return opened - max(waiting.since, closed) > 30 * 86_400
    }
}
