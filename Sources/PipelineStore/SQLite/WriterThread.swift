import Foundation
import Synchronization

/// A thread that runs one body to its end, and lets others wait for that end.
final class WriterThread: Sendable {
    private struct End {
        var isOver = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: EndState

    private final class EndState: Sendable {
        let end = Mutex(End())
    }

    init(_ body: @escaping @Sendable () -> Void) {
        let state = EndState()
        self.state = state
        let thread = Thread {
            body()
            let waiting = state.end.withLock {
                $0.isOver = true
                return $0.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
        thread.name = "ledger"
        thread.start()
    }

    /// Returns when the body has returned.
    func end() async {
        await withCheckedContinuation { continuation in
            let isOver = state.end.withLock {
                if !$0.isOver { $0.waiting.append(continuation) }
                return $0.isOver
            }
            if isOver { continuation.resume() }
        }
    }
}
