import Synchronization

/// A module's room: so many requests at a time, the others wait in the order in which they came.
final class SlotQueue: Sendable {
    private struct State {
        var free: Int
        var next = 0
        var waiting: [(ticket: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        /// Tickets that were given up before they began to wait.
        var abandoned: Set<Int> = []
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Takes a slot, which must be given back with ``release()``.
    ///
    /// - Returns: false when none came free in that time or the task was cancelled.
    func take(within patience: Duration) async -> Bool {
        let (isFree, ticket) = state.withLock { state -> (Bool, Int) in
            state.next += 1
            guard state.free > 0 else { return (false, state.next) }
            state.free -= 1
            return (true, state.next)
        }
        if isFree { return true }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Ends early when the task was cancelled or the slot has come.
                try? await Task.sleep(for: patience)
                self.abandon(ticket)
            }
            let got = await self.wait(ticket)
            group.cancelAll()
            await group.waitForAll()
            self.state.withLock { _ = $0.abandoned.remove(ticket) }
            return got
        }
    }

    func release() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }

    private func wait(_ ticket: Int) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                if state.abandoned.remove(ticket) != nil { return false }
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append((ticket, continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private func abandon(_ ticket: Int) {
        let continuation = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else {
                state.abandoned.insert(ticket)
                return nil
            }
            return state.waiting.remove(at: index).continuation
        }
        continuation?.resume(returning: false)
    }
}
