import Synchronization

/// Says yes from the n-th question on.
final class Counter: Sendable {
    private let left: Mutex<Int>

    init(limit: Int) { left = Mutex(limit) }

    func isReached() -> Bool {
        left.withLock { left in
            left -= 1
            return left <= 0
        }
    }
}
