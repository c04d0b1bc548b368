import PipelineEngine
import PipelineModel
import PipelineStore

/// What the ledger's rows hold of an execution is what the state holds of it: lists and the state view tell one story.
struct RecordsAgreeWithState: Invariant {
    mutating func check(_ moment: Moment) -> String? {
        guard moment.isCommitted else { return nil }
        for name in moment.touched {
            guard let state = moment.state(name) else { continue }
            for (id, execution) in state.executions where moment.ledger.execution(id) != execution {
                return "the record of \(id) isn't what the state holds"
            }
        }
        for (name, recorded) in moment.events {
            if let wrong = history(of: recorded.event, in: moment) { return wrong }
            guard let id = recorded.event.execution, let record = moment.ledger.execution(id),
                moment.state(name)?.executions[id] == nil, !record.status.isTerminal
            else { continue }
            return "\(id) has left the state, and its record says \(record.status)"
        }
        return nil
    }

    /// What has ended in the story has ended in the lists.
    private func history(of event: PipelineEvent, in moment: Moment) -> String? {
        switch event {
        case .actionStarted(let attempt):
            return moment.ledger.attempt(attempt.id) == nil ? "the attempt \(attempt.id) has no record" : nil
        case .actionSucceeded(let reference, _), .actionFailed(let reference, _), .actionAbandoned(let reference):
            guard moment.ledger.attempt(reference.id)?.status != .inProgress else {
                return "the attempt \(reference.id) has ended, and its record says that it runs"
            }
        case .ruleStarted(let rule):
            return moment.ledger.rule(rule.id) == nil ? "the rule's execution \(rule.id) has no record" : nil
        case .ruleSucceeded(let reference, _), .ruleFailed(let reference, _), .ruleAbandoned(let reference):
            guard moment.ledger.rule(reference.id)?.status != .inProgress else {
                return "the rule's execution \(reference.id) has ended, and its record says that it runs"
            }
        default: break
        }
        return nil
    }
}
