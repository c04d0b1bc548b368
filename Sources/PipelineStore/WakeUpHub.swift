import Synchronization

/// Hands each listener its own stream of hints that effects are due. Hints that nobody has taken yet merge into one.
final class WakeUpHub: Sendable {
    private struct Listeners {
        var next = 0
        var open: [Int: AsyncStream<Void>.Continuation] = [:]
        var isClosed = false
    }

    private let listeners = Mutex(Listeners())

    func stream() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id: Int? = listeners.withLock {
            guard !$0.isClosed else { return nil }
            $0.next += 1
            $0.open[$0.next] = continuation
            return $0.next
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { _ = $0.open.removeValue(forKey: id) }
        }
        return stream
    }

    func wakeAll() {
        for continuation in listeners.withLock({ Array($0.open.values) }) { continuation.yield() }
    }

    /// Ends all streams. May be called twice.
    func close() {
        let open = listeners.withLock {
            $0.isClosed = true
            return Array($0.open.values)
        }
        for continuation in open { continuation.finish() }
    }
}
