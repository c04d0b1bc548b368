import Foundation
import Synchronization

/// What passes between those who ask a module and the thread of its process: what is to be written, what was asked and
/// has no answer yet, and how the process is to end.
final class ModuleExchange: Sendable {
    typealias Result = Swift.Result<ModuleAnswer, ModuleFault>

    struct InFlight {
        let name: String
        var deadline: ContinuousClock.Instant?
        let note: @Sendable (ModuleNote) -> Void
        let done: @Sendable (Result) -> Void
    }

    /// What the thread has to do about the process's end.
    enum EndWish: Sendable, Equatable {
        /// The module is done: it is told to end, then its input ends.
        case gentle
        /// The module is broken or hangs.
        case kill(String)
    }

    /// What the thread has to do.
    struct Orders {
        var bytes = Data()
        var wish: EndWish?
        var inputEnds = false
    }

    private struct State {
        var orders = Orders()
        var inFlight: [String: InFlight] = [:]
        var lastID = 0
        /// It is on its way to its end: nothing new is asked of it.
        var isDoomed = false
        var ending: String?
        var endWaiters: [CheckedContinuation<String, Never>] = []
    }

    let bell = WakeUp()
    private let state = Mutex(State())

    // MARK: Those who ask

    func nextID() -> String {
        state.withLock { state in
            state.lastID += 1
            return String(state.lastID)
        }
    }

    func post(_ line: Data, id: String, _ request: InFlight) {
        let over = state.withLock { state -> String? in
            if let ending = state.ending { return ending }
            state.orders.bytes.append(line)
            state.inFlight[id] = request
            return nil
        }
        if let over { return request.done(.failure(.ended(over))) }
        bell.ring()
    }

    /// - Parameter patience: how long the last word may take from now on.
    func cancel(_ id: String, within patience: Duration) {
        let isKnown = state.withLock { state in
            guard let request = state.inFlight[id] else { return false }
            let latest = ContinuousClock.now + patience
            state.inFlight[id]?.deadline = request.deadline.map { min($0, latest) } ?? latest
            // A line of two short texts always has a JSON form.
            state.orders.bytes.append(Data(#"{"type":"cancel","id":"\#(id)"}"#.utf8 + [UInt8(ascii: "\n")]))
            return true
        }
        if isKnown { bell.ring() }
    }

    func write(raw bytes: Data) {
        state.withLock { $0.orders.bytes.append(bytes) }
        bell.ring()
    }

    func endInput() {
        state.withLock { $0.orders.inputEnds = true }
        bell.ring()
    }

    func end(_ wish: EndWish) {
        state.withLock { if $0.orders.wish == nil || $0.orders.wish == .gentle { $0.orders.wish = wish } }
        bell.ring()
    }

    /// Waits until the process is over; gives the reason.
    func end() async -> String {
        await withCheckedContinuation { continuation in
            let ending = state.withLock { state -> String? in
                if state.ending == nil { state.endWaiters.append(continuation) }
                return state.ending
            }
            if let ending { continuation.resume(returning: ending) }
        }
    }

    /// Whether nothing new may be asked of it, because it ends or has ended.
    var isDoomed: Bool { state.withLock { $0.isDoomed || $0.ending != nil } }
    var inFlightCount: Int { state.withLock { $0.inFlight.count } }

    // MARK: The thread

    /// - Parameter isReady: before its hello the module gets no request.
    func takeOrders(isReady: Bool) -> Orders {
        state.withLock { state in
            var orders = state.orders
            if isReady { state.orders.bytes = Data() } else { orders.bytes = Data() }
            return orders
        }
    }

    func doom() { state.withLock { $0.isDoomed = true } }

    func give(_ note: ModuleNote, to id: String) { state.withLock { $0.inFlight[id] }?.note(note) }

    /// An answer to what nobody asks any more is passed over: it was late.
    func settle(_ id: String, _ answer: ModuleAnswer) {
        state.withLock { $0.inFlight.removeValue(forKey: id) }?.done(.success(answer))
    }

    /// The requests whose time is up; they are nobody's any more but the caller's.
    func takeLate(at now: ContinuousClock.Instant) -> [InFlight] {
        state.withLock { state in
            let ids = state.inFlight.filter { $0.value.deadline.map { $0 < now } ?? false }.map(\.key)
            return ids.compactMap { state.inFlight.removeValue(forKey: $0) }
        }
    }

    /// The process is over: whoever waits gets the reason.
    func finish(_ reason: String) {
        let (left, waiters) = state.withLock { state in
            defer {
                state.inFlight = [:]
                state.endWaiters = []
                state.ending = reason
            }
            return (state.inFlight.values, state.endWaiters)
        }
        for request in left { request.done(.failure(.ended(reason))) }
        for waiter in waiters { waiter.resume(returning: reason) }
    }
}
