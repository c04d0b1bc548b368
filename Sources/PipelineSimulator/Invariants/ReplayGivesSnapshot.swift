import PipelineEngine
import PipelineModel
import PipelineStore

/// Folding the events since the last checkpoint gives the states that the ledger holds. Checked at each restart, which
/// makes the next checkpoint.
struct ReplayGivesSnapshot: Invariant {
    private var checkpoint: [PipelineName: PipelineState] = [:]
    private var sequence: Int64 = 0
    private var reborn: Set<PipelineName> = []

    mutating func check(_ moment: Moment) -> String? {
        reborn.formUnion(moment.reborn)
        guard moment.isRestarted else { return nil }
        var replayed: [PipelineName: PipelineState?] = checkpoint.filter { !reborn.contains($0.key) }.mapValues { $0 }
        for (name, recorded) in moment.ledger.events(after: sequence) {
            var state = replayed[name] ?? nil
            replayed[name] = .some(nil)
            PipelineState.apply(recorded.event, at: recorded.at, to: &state)
            replayed[name] = .some(state)
            sequence = max(sequence, recorded.sequence)
        }
        checkpoint = moment.ledger.states
        reborn = []
        for (name, state) in checkpoint where replayed[name] != state {
            return "replaying the events of \(name) gives another state than the ledger holds"
        }
        return nil
    }
}
