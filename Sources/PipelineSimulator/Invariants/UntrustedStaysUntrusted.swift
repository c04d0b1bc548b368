import PipelineEngine
import PipelineModel
import PipelineStore

/// What strangers may have written stays so: an execution that goes back to another or takes its place is untrusted
/// exactly if that one is, and everything that runs for an untrusted execution is given as such.
struct UntrustedStaysUntrusted: Invariant {
    private var untrusted: [PipelineName: Set<ExecutionID>] = [:]

    mutating func check(_ moment: Moment) -> String? {
        for name in moment.reborn { untrusted[name] = nil }
        for (name, recorded) in moment.events {
            guard case .executionStarted(let execution) = recorded.event else { continue }
            if execution.isUntrusted { untrusted[name, default: []].insert(execution.id) }
            guard let former = execution.rollbackTarget ?? execution.restarts else { continue }
            if isUntrusted(former, of: name) != execution.isUntrusted {
                return "\(execution.id) descends from \(former), and only one of them is untrusted"
            }
        }
        for (_, effect) in moment.ledger.effects where moment.batch.pipelines.contains(effect.pipeline) {
            if let wrong = wrong(effect) { return wrong }
        }
        return nil
    }

    private func isUntrusted(_ id: ExecutionID, of name: PipelineName) -> Bool { untrusted[name]?.contains(id) == true }

    private func wrong(_ effect: Effect) -> String? {
        let (id, isMarked): (ExecutionID, Bool?)
        switch effect.kind {
        case .runAction(let work): (id, isMarked) = (work.action.executionID, work.isUntrusted)
        case .runRule(let work): (id, isMarked) = (work.rule.executionID, work.isUntrusted)
        default: return nil
        }
        guard isUntrusted(id, of: effect.pipeline), isMarked != true else { return nil }
        return "\(effect.subject) of the untrusted \(id) is given as trusted"
    }
}
