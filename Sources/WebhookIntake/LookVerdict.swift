import PipelineEngine
import PipelineModel

/// Whether what a look saw is news to a pipeline. Pure.
enum LookVerdict: Sendable, Equatable {
    case nothingNew
    /// Something is under way that will know more; the next look decides.
    case wait
    case changed

    /// - Parameters:
    ///   - previous: what the look before saw, in this life of the gateway.
    ///   - before: the pipeline as it was when the look began; `state` as it is now.
    init(
        _ revision: String, of action: ActionName, previous: LookAgenda.Sight, before: PipelineState?,
        state: PipelineState
    ) {
        let known = state.seenRevisions[action] ?? []
        if known.last?.id == revision {
            self = .nothingNew
        } else if before.map({ $0.seenRevisions[action]?.last != known.last }) ?? true {
            // A delivery or a start came in meanwhile: what the look saw may be older than that.
            self = .wait
        } else if state.executions.values.contains(where: { $0.willFetchNewest(of: action) }) {
            self = .wait
        } else if known.contains(where: { $0.id == revision }) {
            // An older revision was asked for by hand, or a restart forgot what was seen: no reason to go back. Only
            // where the source itself has moved is it one.
            self = previous == .nothing || previous == .of(revision) ? .nothingNew : .changed
        } else {
            self = .changed
        }
    }
}

extension PipelineExecution {
    /// It runs, and its source action hasn't said yet what it fetches.
    fileprivate func willFetchNewest(of action: ActionName) -> Bool {
        !status.isTerminal && type == .standard && !sourceRevisionOverrides.contains { $0.actionName == action }
            && !sourceRevisions.contains { $0.actionName == action }
    }
}
