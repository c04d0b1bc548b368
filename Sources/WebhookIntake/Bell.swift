import Synchronization

/// Wakes a room that sleeps until its next round. A ring while the room is at work is heard when it lies down; several
/// are one.
final class Bell: Sendable {
    private struct State {
        var hasRung = false
        var sleeper: AsyncStream<Void>.Continuation?
    }

    private let state = Mutex(State())

    func ring() {
        state.withLock { state in
            state.hasRung = true
            state.sleeper?.yield()
        }
    }

    /// Sleeps until the bell rings, until then or until the task is cancelled. One sleeper at a time.
    ///
    /// - Returns: whether it has rung.
    func sleep(until end: ContinuousClock.Instant) async -> Bool {
        let (rings, sleeper) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let mayLieDown = state.withLock { state in
            state.sleeper = sleeper
            return !state.hasRung
        }
        if mayLieDown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await Task.sleep(until: end, clock: .continuous) }
                group.addTask { for await _ in rings { break } }
                await group.next()
                group.cancelAll()
            }
        }
        return state.withLock { state in
            defer { state = State() }
            return state.hasRung
        }
    }
}
