import Foundation
import Logging
import PluginKit
import Synchronization

/// Keeps one module's process: starts it when it is needed, starts it again after its end with growing pauses, and
/// gives it no more requests at a time than it takes.
package final class ModuleSupervisor: Sendable {
    private enum Phase {
        case waiting
        case starting(ModuleProcess)
        case running(ModuleProcess)
        case restarting(at: ContinuousClock.Instant)
        case stopped
    }

    private struct State {
        var phase = Phase.waiting
        var since = Date()
        /// When the process that runs was started.
        var started = ContinuousClock.now
        var restarts = 0
        var failuresInARow = 0
        /// When the first of the failures in a row came.
        var brokenSince = Date()
        var lastError: String?
        var lastErrorAt: Date?
    }

    private enum Step {
        case use(ModuleProcess)
        case wait(until: ContinuousClock.Instant)
        case giveUp(String)
    }

    let manifest: ModuleManifest
    let settings: ModuleSettings
    let supervision: SupervisionSettings
    private let slots: SlotQueue
    private let state = Mutex(State())

    init(_ manifest: ModuleManifest, settings: ModuleSettings, supervision: SupervisionSettings) {
        self.manifest = manifest
        self.settings = settings
        self.supervision = supervision
        slots = SlotQueue(manifest.concurrency)
    }

    /// Asks the module, which is started if need be.
    ///
    /// - Parameters:
    ///   - limit: from the request to its last word; `nil` for none: then cancelling is what ends it.
    ///   - patience: how long a slot is waited for.
    /// - Throws: ``ModuleFault``; the module's own refusals are answers.
    func ask(
        _ request: ModuleRequest, within limit: Duration?, patience: Duration, in room: ModuleRoom,
        note: @escaping @Sendable (ModuleNote) -> Void = { _ in }
    ) async throws(ModuleFault) -> ModuleAnswer {
        guard await slots.take(within: patience) else { throw .busy }
        defer { slots.release() }
        let process = try await running(in: room, within: supervision.restartPatience)
        return try await process.ask(request, within: limit, note: note).get()
    }

    /// The process, once it has said hello.
    ///
    /// - Throws: ``ModuleFault/down(_:)`` when it isn't up in that time.
    func running(in room: ModuleRoom, within patience: Duration) async throws(ModuleFault) -> ModuleProcess {
        let latest = ContinuousClock.now + patience
        while true {
            switch state.withLock({ step(&$0, room) }) {
            case .use(let process): return process
            case .giveUp(let reason): throw .down(reason)
            case .wait(let time):
                let last = state.withLock(\.lastError) ?? "module \(manifest.name) is starting"
                guard time <= latest else { throw .down(last) }
                do { try await Task.sleep(until: time) } catch { throw .down("the request was cancelled") }
            }
        }
    }

    private func step(_ state: inout State, _ room: ModuleRoom) -> Step {
        switch state.phase {
        case .running(let process): return process.isDoomed ? .wait(until: .now + .milliseconds(5)) : .use(process)
        case .stopped: return .giveUp("module \(manifest.name) is stopped, as the gateway is")
        // Its end or its hello comes within the manifest's time for it.
        case .starting: return .wait(until: .now + .milliseconds(5))
        case .restarting(let time) where time > .now: return .wait(until: time)
        case .waiting, .restarting:
            state.started = .now
            state.since = Date()
            state.phase = .starting(
                ModuleProcess(
                    manifest, settings: settings, room: room, ready: { [weak self] in self?.hasStarted($0) },
                    ended: { [weak self] in self?.hasEnded($0, room) }))
            return .wait(until: .now + .milliseconds(5))
        }
    }

    private func hasStarted(_ process: ModuleProcess) {
        state.withLock { state in
            guard case .starting = state.phase else { return }
            state.phase = .running(process)
            state.since = Date()
        }
    }

    private func hasEnded(_ reason: String, _ room: ModuleRoom) {
        let pause = state.withLock { state -> Duration? in
            if case .stopped = state.phase { return nil }
            if case .running = state.phase, ContinuousClock.now - state.started >= supervision.steadyAfter {
                state.failuresInARow = 0
            }
            if state.failuresInARow == 0 { state.brokenSince = Date() }
            state.failuresInARow += 1
            state.restarts += 1
            state.since = Date()
            state.lastError = reason
            state.lastErrorAt = state.since
            let pause = supervision.pause(afterFailures: state.failuresInARow)
            state.phase = .restarting(at: .now + pause)
            return pause
        }
        guard let pause else { return }
        room.logger.warning(
            "a module has ended", metadata: ["module": "\(manifest.name)", "reason": "\(reason)", "pause": "\(pause)"])
    }

    /// Keeps an eager module up until ``stop()``.
    func keepRunning(in room: ModuleRoom) async {
        while !Task.isCancelled {
            if case .stopped = state.withLock(\.phase) { return }
            do throws(ModuleFault) {
                _ = await (try await running(in: room, within: supervision.longestPause * 2)).end()
            } catch {
                // The reason is logged where the process ended; the pause is in the state.
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// Ends the process, and lets none be started again. Called again, it does nothing.
    package func stop() async {
        let process = state.withLock { state -> ModuleProcess? in
            defer {
                state.phase = .stopped
                state.since = Date()
            }
            switch state.phase {
            case .starting(let process), .running(let process): return process
            case .waiting, .restarting, .stopped: return nil
            }
        }
        guard let process else { return }
        process.end(.gentle)
        _ = await process.end()
    }

    package var status: ModuleStatus {
        state.withLock { state in
            var status = ModuleStatus(
                phase: .waiting, since: state.since, restarts: state.restarts, lastError: state.lastError,
                lastErrorAt: state.lastErrorAt, inFlight: 0)
            switch state.phase {
            case .waiting: status.phase = .waiting
            case .stopped: status.phase = .stopped
            case .starting, .restarting:
                if case .starting = state.phase { status.phase = .starting } else { status.phase = .restarting }
                if state.failuresInARow >= 3 {
                    status.phase = .broken
                    status.since = state.brokenSince
                }
            case .running(let process):
                status.phase = .running
                status.inFlight = process.inFlightCount
            }
            return status
        }
    }
}
