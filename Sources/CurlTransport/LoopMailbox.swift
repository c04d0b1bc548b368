import CCurl
import Synchronization

/// libcurl's multi handle.
///
/// `@unchecked Sendable`: a C handle. Everything is done with it on the loop's thread, except `curl_multi_wakeup`,
/// which libcurl allows from any thread and ``LoopMailbox`` calls only while the handle lives.
struct MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
}

/// What tasks want of the loop's thread. Closed once and for all when the loop stops.
final class LoopMailbox: Sendable {
    enum Message: Sendable {
        case add(Transfer)
        /// The transfer has been cancelled; it may be unknown to the loop, or finished.
        case remove(Transfer)
        /// The reader has made room.
        case resume(Transfer)
        case pause(OneShot<Void>, until: ContinuousClock.Instant)
        case stop
    }

    private struct State {
        var messages: [Message] = []
        var isClosed = false
    }

    private let multi: MultiHandle
    private let state = Mutex(State())

    init(_ multi: MultiHandle) { self.multi = multi }

    /// - Returns: `false` when the loop has stopped and nobody will read the message.
    func post(_ message: Message) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.messages.append(message)
            // Inside the lock: `close` makes sure that the handle isn't freed in the meantime.
            if state.messages.count == 1 { _ = curl_multi_wakeup(multi.pointer) }
            return true
        }
    }

    func takeAll() -> [Message] {
        state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }

    /// Refuses all further messages and hands out those that haven't been read.
    func close() -> [Message] {
        state.withLock { state in
            defer { (state.messages, state.isClosed) = ([], true) }
            return state.messages
        }
    }
}
