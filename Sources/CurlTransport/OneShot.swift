import Synchronization

/// A value that one task waits for and whose first giver wins. It may be given before it is awaited.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case awaited(CheckedContinuation<Value, any Error>)
        case filled(Result<Value, any Error>)
    }

    private let state = Mutex(State.empty)

    /// May be called any number of times, from any thread; `false` when the value had been given already.
    @discardableResult
    func fill(_ result: Result<Value, any Error>) -> Bool {
        let (isFirst, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Value, any Error>?) in
            defer { if case .filled = state {} else { state = .filled(result) } }
            switch state {
            case .empty: return (true, nil)
            case .awaited(let waiter): return (true, waiter)
            case .filled: return (false, nil)
            }
        }
        waiter?.resume(with: result)
        return isFirst
    }

    /// Called by one task at a time. It doesn't heed cancellation by itself: the caller's handler fills it.
    func value() async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let ready = state.withLock { state -> Result<Value, any Error>? in
                switch state {
                case .filled(let result): return result
                case .empty: state = .awaited(continuation)
                case .awaited: preconditionFailure("a OneShot is awaited by one task only")
                }
                return nil
            }
            if let ready { continuation.resume(with: ready) }
        }
    }
}
