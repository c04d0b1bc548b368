import Foundation
import PluginKit
import Synchronization

/// The bytes of a response's body between the loop's thread, which fills it, and one reading task.
///
/// It holds about `limit` bytes at most: past that the loop pauses the transfer until the reader has taken them.
final class BodyBuffer: Sendable {
    /// What the loop does with the bytes that it offered.
    enum Verdict { case taken, pause, unwanted }

    private enum Flow {
        case flowing
        case paused
        /// The reader has asked the loop to go on, which hasn't happened yet.
        case resuming
        /// Nobody will read the rest; this many bytes may still come so that the connection can be used again.
        case discarding(left: Int)
    }

    private struct State {
        var bytes = Data()
        var flow = Flow.flowing
        var end: Result<Void, any Error>?
        var reader: CheckedContinuation<Data?, any Error>?
    }

    private enum Next {
        case wait
        case chunk(Data, asksToResume: Bool)
        case end(Result<Void, any Error>)
        case readTwice
    }

    let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// While the reader is slow, no idle time counts.
    var isHeldByReader: Bool {
        state.withLock {
            switch $0.flow {
            case .paused, .resuming: true
            case .flowing, .discarding: false
            }
        }
    }

    var hasEnded: Bool { state.withLock { $0.end != nil } }

    // MARK: The loop's side

    func receive(_ bytes: UnsafeRawBufferPointer) -> Verdict {
        let (verdict, reader) = state.withLock { state -> (Verdict, CheckedContinuation<Data?, any Error>?) in
            guard state.end == nil else { return (.unwanted, nil) }
            if case .discarding(let left) = state.flow {
                state.flow = .discarding(left: left - bytes.count)
                return (left >= bytes.count ? .taken : .unwanted, nil)
            }
            if let reader = state.reader {
                state.reader = nil
                return (.taken, reader)
            }
            guard state.bytes.isEmpty || state.bytes.count + bytes.count <= limit else {
                state.flow = .paused
                return (.pause, nil)
            }
            state.bytes.append(contentsOf: bytes)
            return (.taken, nil)
        }
        reader?.resume(returning: Data(bytes))
        return verdict
    }

    func didResume() {
        state.withLock { if case .resuming = $0.flow { $0.flow = .flowing } }
    }

    /// The transfer is over; what has arrived may still be read, then comes the end or `result`'s error.
    func finish(_ result: Result<Void, any Error>) {
        end(result, keepsBytes: true)
    }

    // MARK: The reader's side

    /// Drops everything and lets the reader fail with `error`. The first of several ends wins, but for unread bytes.
    func abort(_ error: any Error) {
        end(.failure(error), keepsBytes: false)
    }

    /// - Returns: whether the loop has to be asked to go on with the transfer.
    func discardRest(upTo allowance: Int) -> Bool {
        state.withLock { state in
            state.bytes = Data()
            defer { state.flow = .discarding(left: allowance) }
            if case .paused = state.flow { return true }
            return false
        }
    }

    /// The next chunk, `nil` at the end. `askToResume` is called when the transfer had been paused.
    func next(askToResume: () -> Void) async throws -> Data? {
        try await withCheckedThrowingContinuation { continuation in
            switch take(for: continuation) {
            case .wait: break
            case .chunk(let bytes, let asksToResume):
                if asksToResume { askToResume() }
                continuation.resume(returning: bytes)
            case .end(let result): continuation.resume(with: result.map { nil })
            case .readTwice:
                continuation.resume(throwing: HTTPClientError.brokenOff(host: "", reason: "read by two tasks at once"))
            }
        }
    }

    private func take(for continuation: CheckedContinuation<Data?, any Error>) -> Next {
        state.withLock { state in
            if !state.bytes.isEmpty {
                let bytes = state.bytes
                state.bytes = Data()
                guard case .paused = state.flow else { return .chunk(bytes, asksToResume: false) }
                state.flow = .resuming
                return .chunk(bytes, asksToResume: true)
            }
            if let end = state.end { return .end(end) }
            guard state.reader == nil else { return .readTwice }
            state.reader = continuation
            return .wait
        }
    }

    private func end(_ result: Result<Void, any Error>, keepsBytes: Bool) {
        let reader = state.withLock { state -> CheckedContinuation<Data?, any Error>? in
            if !keepsBytes, !state.bytes.isEmpty || state.end == nil {
                state.bytes = Data()
                state.end = result
            }
            if state.end == nil { state.end = result }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(with: result.map { nil })
    }
}
