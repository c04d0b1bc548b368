import Synchronization

/// How many refusals are journaled: a burst of 200, then 20 a second. The rest is counted in the metrics only.
final class RefusalBudget: Sendable {
    private let state = Mutex<(tokens: Double, at: Double)>((200, 0))

    func allows(at now: Double) -> Bool {
        state.withLock { state in
            state.tokens = min(200, state.tokens + max(0, now - state.at) * 20)
            state.at = now
            guard state.tokens >= 1 else { return false }
            state.tokens -= 1
            return true
        }
    }
}
