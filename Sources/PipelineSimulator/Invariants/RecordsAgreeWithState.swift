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
            guard let id = recorded.event.execution, let record = moment.ledger.execution(id),
                moment.state(name)?.executions[id] == nil, !record.status.isTerminal
            else { continue }
            return "\(id) has left the state, and its record says \(record.status)"
        }
        return nil
    }
}
