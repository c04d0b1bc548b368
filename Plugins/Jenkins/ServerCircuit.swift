import Synchronization

/// Holds back calls to a server that is away, so that an outage costs one call now and then and no flood of errors.
///
/// Opens with the third failure in a row; then one call passes in each pause, which doubles from 5 seconds to a
/// minute; closes with the first answer.
final class ServerCircuit: Sendable {
    private struct State {
        var failures = 0
        var reason = ""
        var openUntil: ContinuousClock.Instant?
    }

    private static let tolerated = 3
    private let state = Mutex(State())

    /// How long to wait before the next call; `nil` when one may be made now. Then it is the only one for a pause.
    func pause(now: ContinuousClock.Instant = .now) -> (wait: Duration, reason: String)? {
        state.withLock { state in
            guard state.failures >= Self.tolerated, let until = state.openUntil else { return nil }
            guard now >= until else { return (until - now, state.reason) }
            state.openUntil = now + Self.length(after: state.failures)
            return nil
        }
    }

    func failed(_ reason: String, now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            state.failures += 1
            state.reason = reason
            state.openUntil = now + Self.length(after: state.failures)
        }
    }

    func answered() { state.withLock { $0 = State() } }

    /// Why calls are held back at the moment; `nil` when they aren't.
    var outage: String? { state.withLock { $0.failures >= Self.tolerated ? $0.reason : nil } }

    private static func length(after failures: Int) -> Duration {
        .seconds(min(60, 5 << min(max(0, failures - tolerated), 4)))
    }
}
