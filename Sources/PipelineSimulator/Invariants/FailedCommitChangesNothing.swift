import PipelineEngine
import PipelineModel
import PipelineStore

/// After a commit that failed, or a restart, everything is as the last commit left it, and the session hears the
/// sources that the declarations name.
struct FailedCommitChangesNothing: Invariant {
    mutating func check(_ moment: Moment) -> String? {
        if !moment.isCommitted {
            guard moment.events.isEmpty else { return "a batch that failed has left events" }
            guard moment.ledger.states == moment.before else { return "a batch that failed has changed a state" }
        }
        let declares = moment.batch.commands.contains { _, command in
            switch command {
            case .create, .update, .delete: true
            default: false
            }
        }
        guard !moment.isCommitted || moment.isRestarted || declares else { return nil }
        return moment.ledger.listens(like: RandomSketch.repositories)
            ? nil : "the session listens to other sources than the declarations name"
    }
}
