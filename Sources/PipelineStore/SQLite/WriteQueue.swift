import Dispatch
import PipelineEngine
import Synchronization

/// A write that waits for its commit: what to do on the writer's thread and how its caller gets the answer.
struct PendingWrite: Sendable {
    typealias Answer = @Sendable () -> Void
    /// May run twice: when a batch has to be taken apart, each of its writes runs again on its own.
    let run: @Sendable (inout LedgerSession<SQLiteRows>) throws -> Answer
    let fail: @Sendable (any Error) -> Void
}

/// The bounded line in front of the writer.
final class WriteQueue: Sendable {
    private struct Line {
        var waiting: [PendingWrite] = []
        var isClosed = false
    }

    private let line = Mutex(Line())
    /// Raised when the line stops being empty and when it closes.
    private let bell = DispatchSemaphore(value: 0)
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    var depth: Int { line.withLock { $0.waiting.count } }
    var isClosed: Bool { line.withLock { $0.isClosed } }

    /// - Throws: ``LedgerError/queueFull``, ``LedgerError/closed``.
    func put(_ write: PendingWrite) throws(LedgerError) {
        let problem: LedgerError? = line.withLock {
            if $0.isClosed { return .closed }
            if $0.waiting.count >= capacity { return .queueFull }
            $0.waiting.append(write)
            if $0.waiting.count == 1 { bell.signal() }
            return nil
        }
        if let problem { throw problem }
    }

    /// All that waits, at most `limit`; blocks while nothing does. `nil` when the queue is closed and empty.
    func next(limit: Int) -> [PendingWrite]? {
        while true {
            let (batch, isClosed): ([PendingWrite], Bool) = line.withLock {
                let batch = Array($0.waiting.prefix(limit))
                $0.waiting.removeFirst(batch.count)
                return (batch, $0.isClosed)
            }
            if !batch.isEmpty { return batch }
            if isClosed { return nil }
            bell.wait()
        }
    }

    /// What waits is still written; nothing new is taken. May be called twice.
    func close() {
        line.withLock { $0.isClosed = true }
        bell.signal()
    }
}
