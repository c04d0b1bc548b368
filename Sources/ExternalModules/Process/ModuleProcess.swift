package import Foundation
package import Logging
import Synchronization

/// One life of a module's process: what was asked of it and has no answer yet, and how it is made to end.
///
/// A thread of its own (``ProcessLoop``) starts it, reads, writes and waits; this is what others see of it. Whoever
/// asks gets exactly one result for each request, at the latest when the process is over.
package final class ModuleProcess: Sendable {
    typealias Result = Swift.Result<ModuleAnswer, ModuleFault>

    struct InFlight {
        let name: String
        var deadline: ContinuousClock.Instant?
        let allowed: Duration
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

    struct State {
        var outbox = Data()
        var inFlight: [String: InFlight] = [:]
        var lastID = 0
        var endWish: EndWish?
        var inputEnds = false
        /// It is on its way to its end: nothing new is asked of it.
        var isDoomed = false
        var ending: String?
        var endWaiters: [CheckedContinuation<String, Never>] = []
    }

    /// Bytes of the longest line that a module may write.
    package static let longestLine = 32 << 20

    let manifest: ModuleManifest
    let state = Mutex(State())
    private let bell: WakeUp

    /// - Parameters:
    ///   - settings: what the module gets in its first line.
    ///   - ready: called once, when the module has said hello.
    ///   - ended: called once, with the reason, after every request in flight has got its result.
    init(
        _ manifest: ModuleManifest, settings: ModuleSettings, room: ModuleRoom,
        ready: @escaping @Sendable (ModuleProcess) -> Void, ended: @escaping @Sendable (String) -> Void
    ) {
        self.manifest = manifest
        self.bell = WakeUp()
        let thread = Thread { [self, bell] in
            let loop = ProcessLoop(self, bell: bell, settings: settings, room: room, ready: ready)
            let reason = loop.run()
            finish(reason)
            ended(reason)
        }
        thread.name = "module"
        thread.start()
    }

    /// Asks, and waits for the last word. Cancelling the task cancels the request; a module that doesn't heed it is
    /// killed.
    func ask(
        _ request: ModuleRequest, within limit: Duration?, note: @escaping @Sendable (ModuleNote) -> Void = { _ in }
    ) async -> Result {
        let id = state.withLock { state in
            state.lastID += 1
            return String(state.lastID)
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                send(request, id: id, within: limit, note: note) { continuation.resume(returning: $0) }
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func send(
        _ request: ModuleRequest, id: String, within limit: Duration?,
        note: @escaping @Sendable (ModuleNote) -> Void, done: @escaping @Sendable (Result) -> Void
    ) {
        let line: Data
        do {
            line = try request.line(id: id)
        } catch {
            return done(.failure(.ended("the request can't be written as JSON: \(error)")))
        }
        let over = state.withLock { state -> String? in
            if let ending = state.ending { return ending }
            state.outbox.append(line)
            state.inFlight[id] = InFlight(
                name: request.name, deadline: limit.map { .now + $0 }, allowed: limit ?? .zero, note: note, done: done)
            return nil
        }
        if let over { return done(.failure(.ended(over))) }
        bell.ring()
    }

    private func cancel(_ id: String) {
        let isKnown = state.withLock { state in
            guard let request = state.inFlight[id] else { return false }
            let latest = ContinuousClock.now + manifest.timeouts.cancel
            state.inFlight[id]?.deadline = request.deadline.map { min($0, latest) } ?? latest
            // A line of two short texts always has a JSON form.
            state.outbox.append(Data(#"{"type":"cancel","id":"\#(id)"}"#.utf8 + [UInt8(ascii: "\n")]))
            return true
        }
        if isKnown { bell.ring() }
    }

    /// Writes bytes that are no request, for the conformance suite.
    func write(raw bytes: Data) {
        state.withLock { $0.outbox.append(bytes) }
        bell.ring()
    }

    /// Ends the module's input without a word, as a gateway does that was killed.
    func endInput() {
        state.withLock { $0.inputEnds = true }
        bell.ring()
    }

    func end(_ wish: EndWish) {
        state.withLock { if $0.endWish == nil || $0.endWish == .gentle { $0.endWish = wish } }
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

    func doom() { state.withLock { $0.isDoomed = true } }

    var inFlightCount: Int { state.withLock { $0.inFlight.count } }

    private func finish(_ reason: String) {
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

/// What the gateway lends to a module's process.
package struct ModuleRoom: Sendable {
    /// A folder for what the module keeps; it outlives the process.
    package let stateFolder: URL
    package let logger: Logger

    package init(stateFolder: URL, logger: Logger) {
        self.stateFolder = stateFolder
        self.logger = logger
    }
}
