import PipelineEngine
import PipelineModel
import Synchronization

/// Keeps the statuses of one context in order: each waits until those before it are out.
///
/// They enter in the order in which their effects were claimed, which is the order in which they were decided.
final class StatusLanes: Sendable {
    /// What a host shows in one place.
    struct Lane: Hashable {
        let connection: ConnectionARN
        let repository: String
        let commit: String
        let context: String

        init(_ status: CommitStatus, _ connection: ConnectionARN) {
            self.connection = connection
            repository = status.repository
            commit = status.commit
            context = status.context
        }
    }

    private struct State {
        var queues: [Lane: [EffectID]] = [:]
        var lanes: [EffectID: Lane] = [:]
        var waiting: [EffectID: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    func enter(_ effect: EffectID, lane: Lane) {
        state.withLock { state in
            state.lanes[effect] = lane
            state.queues[lane, default: []].append(effect)
        }
    }

    /// Returns when the effect is the first of its lane.
    func turn(of effect: EffectID) async {
        await withCheckedContinuation { continuation in
            let isFirst = state.withLock { state -> Bool in
                guard let lane = state.lanes[effect], state.queues[lane]?.first != effect else { return true }
                state.waiting[effect] = continuation
                return false
            }
            if isFirst { continuation.resume() }
        }
    }

    func leave(_ effect: EffectID) {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let lane = state.lanes.removeValue(forKey: effect) else { return nil }
            state.queues[lane]?.removeAll { $0 == effect }
            guard let first = state.queues[lane]?.first else {
                state.queues[lane] = nil
                return nil
            }
            return state.waiting.removeValue(forKey: first)
        }
        next?.resume()
    }
}
