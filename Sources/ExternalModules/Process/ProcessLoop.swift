import Foundation
import Glibc
import Logging
import Synchronization

/// The thread of one process: starts it, writes requests, reads answers, heeds time and memory, and takes its end.
final class ProcessLoop {
    private let process: ModuleProcess
    private let bell: WakeUp
    private let settings: ModuleSettings
    private let room: ModuleRoom
    private let ready: @Sendable (ModuleProcess) -> Void
    private var lines = LineBuffer(limit: ModuleProcess.longestLine)
    private var errorStream: ErrorStream
    private var unwritten = Data()
    /// How much of it is written already.
    private var written = 0
    private var pipes: [Pipe: Int32] = [:]
    private var hasSaidHello = false
    private var helloDeadline = ContinuousClock.now
    private var ending = Ending()
    private var nextMemoryLook = ContinuousClock.now

    private enum Pipe: CaseIterable { case input, output, errors }

    /// How far the end of the process has been pursued.
    private struct Ending {
        /// Why, where we want it.
        var reason: String?
        /// It was broken, hung or grew too large: nothing that it says counts any more.
        var isForced = false
        /// When the next signal is due.
        var nextStep: ContinuousClock.Instant?
        var isTerminated = false
    }

    init(
        _ process: ModuleProcess, bell: WakeUp, settings: ModuleSettings, room: ModuleRoom,
        ready: @escaping @Sendable (ModuleProcess) -> Void
    ) {
        self.process = process
        self.bell = bell
        self.settings = settings
        self.room = room
        self.ready = ready
        errorStream = ErrorStream(module: process.manifest.name, secrets: settings.secrets, logger: room.logger)
    }

    private var manifest: ModuleManifest { process.manifest }

    /// - Returns: why the process has ended, in words that name the module.
    func run() -> String {
        // A write to a process that is gone must be an error here, not the end of the gateway.
        var broken = sigset_t()
        sigemptyset(&broken)
        sigaddset(&broken, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &broken, nil)
        let mark = "\(ModuleSpawn.marker)=\(room.stateFolder.path)"
        ProcessFamily(root: 0, mark: mark).killRest()
        let spawned: ModuleSpawn
        do {
            spawned = try start()
        } catch {
            return "module \(manifest.name): \(error)"
        }
        pipes = [.input: spawned.input, .output: spawned.output, .errors: spawned.errors]
        let family = ProcessFamily(root: spawned.pid, mark: mark)
        let status = attend(family)
        readAll()
        for pipe in pipes.keys { shut(pipe) }
        family.killRest()
        errorStream.finish()
        errorStream.reportDropped()
        return sentence(status)
    }

    private func start() throws(ModuleFault) -> ModuleSpawn {
        do {
            try FileManager.default.createDirectory(at: room.stateFolder, withIntermediateDirectories: true)
            unwritten = try GatewayLine.data(
                GatewayLine.Hello(
                    module: manifest.name, settings: settings.values, stateFolder: room.stateFolder.path,
                    maximumLineLength: ModuleProcess.longestLine))
        } catch {
            throw .ended("the start could not be prepared: \(error.localizedDescription)")
        }
        helloDeadline = .now + manifest.timeouts.hello
        return try ModuleSpawn(
            manifest.command, folder: manifest.folder.path, environment: environment(),
            memoryLimit: manifest.memoryLimit.map { $0 * 2 })
    }

    /// Of the gateway's environment only what every program needs, and what the manifest asks for by name.
    private func environment() -> [String: String] {
        let own = ProcessInfo.processInfo.environment
        var variables = own.filter { ["PATH", "HOME", "LANG", "TMPDIR"].contains($0.key) }
        for name in manifest.environment { variables[name] = own[name] }
        variables[ModuleSpawn.marker] = room.stateFolder.path
        return variables
    }

    /// Reads and writes until the process has ended; gives its status as `waitpid` does.
    private func attend(_ family: ProcessFamily) -> Int32 {
        while true {
            wait()
            takeOutbox()
            write()
            read(.errors)
            read(.output)
            heedTime(family)
            heedMemory(family)
            pursueEnd(family)
            var status: Int32 = 0
            let found = waitpid(family.root, &status, WNOHANG)
            // Somebody else of this program has taken its status: over it is all the same.
            if found == family.root || (found < 0 && errno == ECHILD) { return status }
        }
    }

    private func wait() {
        var entries = [pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)]
        for pipe in [Pipe.output, .errors] {
            if let descriptor = pipes[pipe] {
                entries.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
            }
        }
        if let input = pipes[.input], !unwritten.isEmpty {
            entries.append(pollfd(fd: input, events: Int16(POLLOUT), revents: 0))
        }
        // With its output closed the process is about to end, which nothing but asking tells.
        let isEnding = pipes[.output] == nil || ending.nextStep != nil
        _ = poll(&entries, nfds_t(entries.count), isEnding ? 5 : 100)
        bell.clear()
    }

    private func takeOutbox() {
        let (bytes, wish, inputEnds) = process.state.withLock { state in
            defer { if hasSaidHello { state.outbox = Data() } }
            return (hasSaidHello ? state.outbox : Data(), state.endWish, state.inputEnds)
        }
        unwritten.append(bytes)
        switch wish {
        case .kill(let reason): want(reason)
        case .gentle where ending.reason == nil: endGently()
        default: break
        }
        if inputEnds, ending.reason == nil, unwritten.isEmpty {
            ending.reason = "its input was ended"
            process.doom()
            ending.nextStep = .now + manifest.timeouts.stop
            shut(.input)
        }
    }

    private func endGently() {
        ending.reason = "it was told to end"
        process.doom()
        ending.nextStep = .now + manifest.timeouts.stop
        unwritten.append(Data(#"{"type":"shutdown"}"#.utf8 + [UInt8(ascii: "\n")]))
        write()
        shut(.input)
    }

    /// The process shall end now. The first of such reasons counts.
    private func want(_ reason: String) {
        guard !ending.isForced else { return }
        ending.isForced = true
        ending.reason = reason
        ending.nextStep = .now
        process.doom()
    }

    private func write() {
        guard let input = pipes[.input] else { return }
        while written < unwritten.count {
            let count = unwritten.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                return Glibc.write(input, rest.baseAddress, rest.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN { return }
                shut(.input)
                break
            }
            written += count
        }
        unwritten = Data()
        written = 0
    }

    private func read(_ pipe: Pipe) {
        guard let descriptor = pipes[pipe] else { return }
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 8) { buffer in
            // At most sixteen buffers a turn, so that a module that never stops talking can still be killed.
            for _ in 0..<16 {
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN { return }
                guard count > 0 else { return shut(pipe) }
                take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), from: pipe)
            }
        }
    }

    /// What a process that is over has left in the pipes.
    private func readAll() {
        for pipe in [Pipe.errors, .output] { read(pipe) }
    }

    private func take(_ bytes: UnsafeRawBufferPointer, from pipe: Pipe) {
        guard pipe == .output else { return errorStream.take(bytes) }
        do throws(LineBuffer.TooLong) {
            for line in try lines.take(bytes) where !ending.isForced { heed(line) }
        } catch {
            want("it wrote a line of more than \(ModuleProcess.longestLine >> 20) MiB")
        }
    }

    private func heed(_ line: Data) {
        do throws(LineFault) {
            let line = try ModuleLine(reading: line)
            guard hasSaidHello else { return try heedHello(line) }
            guard let id = line.id else { throw LineFault(reason: "a line of type \(line.type) without id") }
            if let note = line.note { return give(note, to: id) }
            guard let answer = try line.answer() else { throw LineFault(reason: "a line of an unknown type") }
            settle(id, answer)
        } catch {
            want("it wrote \(error.reason)")
        }
    }

    private func heedHello(_ line: ModuleLine) throws(LineFault) {
        guard line.type == "hello" else { throw LineFault(reason: "something else than hello in its first line") }
        guard let version = line.protocol else { throw LineFault(reason: "a hello without protocol") }
        guard version == ModuleManifest.protocolVersion else {
            return want("it speaks version \(version) of the protocol, not \(ModuleManifest.protocolVersion)")
        }
        guard line.name == manifest.name else {
            return want("it says that it is another module than \(manifest.name)")
        }
        hasSaidHello = true
        ready(process)
        bell.ring()
    }

    private func give(_ note: ModuleNote, to id: String) {
        process.state.withLock { $0.inFlight[id] }?.note(note)
    }

    /// An answer to what nobody asks any more is passed over: it was late.
    private func settle(_ id: String, _ answer: ModuleAnswer) {
        process.state.withLock { $0.inFlight.removeValue(forKey: id) }?.done(.success(answer))
    }

    private func heedTime(_ family: ProcessFamily) {
        let now = ContinuousClock.now
        if !hasSaidHello, now > helloDeadline {
            want("it did not say hello within \(manifest.timeouts.hello)")
        }
        let late = process.state.withLock { state -> [ModuleProcess.InFlight] in
            let ids = state.inFlight.filter { $0.value.deadline.map { $0 < now } ?? false }.map(\.key)
            return ids.compactMap { state.inFlight.removeValue(forKey: $0) }
        }
        for request in late {
            let reason = "it did not answer '\(request.name)' in time"
            want(reason)
            request.done(.failure(.timedOut("module \(manifest.name): \(reason) and was killed")))
        }
        if pipes[.output] == nil, ending.nextStep == nil {
            // It is over, as a rule: then its status says more than this.
            ending.nextStep = now + .milliseconds(500)
            process.doom()
        }
    }

    private func heedMemory(_ family: ProcessFamily) {
        guard let limit = manifest.memoryLimit, ContinuousClock.now >= nextMemoryLook else { return }
        nextMemoryLook = .now + (process.inFlightCount == 0 ? .seconds(2) : .milliseconds(250))
        let held = family.residentMemory
        if held > limit { want("it held \(held >> 20) MiB of memory; its limit is \(limit >> 20) MiB") }
    }

    /// SIGTERM for all of them; a second later SIGKILL.
    private func pursueEnd(_ family: ProcessFamily) {
        guard let step = ending.nextStep, ContinuousClock.now >= step else { return }
        if ending.isTerminated {
            family.signal(SIGKILL)
            family.killRest()
            ending.nextStep = .now + .seconds(1)
        } else {
            if ending.reason == nil { ending.reason = "it closed its output" }
            ending.isTerminated = true
            family.signal(SIGTERM)
            ending.nextStep = .now + .seconds(1)
        }
    }

    private func shut(_ pipe: Pipe) {
        if let descriptor = pipes.removeValue(forKey: pipe) { close(descriptor) }
    }

    private func sentence(_ status: Int32) -> String {
        let signal = status & 0x7F
        let how = signal == 0 ? "ended with exit code \((status >> 8) & 0xFF)" : "was ended by signal \(signal)"
        let why = ending.reason.map { "\($0) and \(how)" } ?? "it \(how)"
        let words = errorStream.lastLine.isEmpty ? "" : "; its last words: \(errorStream.lastLine.prefix(300))"
        return "module \(manifest.name): \(why)\(words)"
    }
}
