import Foundation

/// One life of a module's process.
///
/// A thread of its own (``ProcessLoop``) starts it, reads, writes and waits; this is what others see of it. Whoever
/// asks gets exactly one result for each request, at the latest when the process is over.
package final class ModuleProcess: Sendable {
    typealias Result = ModuleExchange.Result

    let manifest: ModuleManifest
    private let exchange = ModuleExchange()

    /// - Parameters:
    ///   - settings: what the module gets in its first line.
    ///   - ready: called once, when the module has said hello.
    ///   - ended: called once, with the reason, after every request in flight has got its result.
    init(
        _ manifest: ModuleManifest, settings: ModuleSettings, room: ModuleRoom,
        ready: @escaping @Sendable (ModuleProcess) -> Void, ended: @escaping @Sendable (String) -> Void
    ) {
        self.manifest = manifest
        let thread = Thread { [self, exchange] in
            let loop = ProcessLoop(manifest, exchange, settings: settings, room: room) { ready(self) }
            let reason = loop.run()
            exchange.finish(reason)
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
        let id = exchange.nextID()
        let line: Data
        do {
            line = try request.line(id: id)
        } catch {
            return .failure(.ended("the request can't be written as JSON: \(error)"))
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let inFlight = ModuleExchange.InFlight(
                    name: request.name, deadline: limit.map { .now + $0 }, note: note
                ) { continuation.resume(returning: $0) }
                exchange.post(line, id: id, inFlight)
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: String) { exchange.cancel(id, within: manifest.timeouts.cancel) }

    /// Writes bytes that are no request, for the conformance suite.
    func write(raw bytes: Data) { exchange.write(raw: bytes) }

    /// Ends the module's input without a word, as a gateway does that was killed.
    func endInput() { exchange.endInput() }

    func end(_ wish: ModuleExchange.EndWish) { exchange.end(wish) }

    /// Waits until the process is over; gives the reason.
    func end() async -> String { await exchange.end() }

    /// Whether nothing new may be asked of it, because it ends or has ended.
    var isDoomed: Bool { exchange.isDoomed }

    var inFlightCount: Int { exchange.inFlightCount }
}
