import Foundation
import Glibc
import Logging

/// The thread of one process: starts it, writes requests, reads answers, heeds time and memory, and takes its end.
final class ProcessLoop {
    /// Bytes of the longest line that a module may write.
    static let longestLine = 32 << 20

    let manifest: ModuleManifest
    let exchange: ModuleExchange
    private let settings: ModuleSettings
    private let room: ModuleRoom
    private let sandbox: ModuleSandbox
    private let ready: @Sendable () -> Void
    private var lines = LineBuffer(limit: longestLine)
    private var errorStream: ErrorStream
    private var hasSaidHello = false
    private var helloDeadline = ContinuousClock.now
    private var nextMemoryLook = ContinuousClock.now
    var ending = ProcessEnding()

    init(
        _ manifest: ModuleManifest, _ exchange: ModuleExchange, settings: ModuleSettings, room: ModuleRoom,
        ready: @escaping @Sendable () -> Void
    ) {
        self.manifest = manifest
        self.exchange = exchange
        self.settings = settings
        self.room = room
        self.ready = ready
        sandbox = ModuleSandbox(manifest: manifest, terms: settings.terms, room: room)
        errorStream = ErrorStream(module: manifest.name, secrets: settings.secrets, logger: room.logger)
    }

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
        var pipes: ModulePipes
        do {
            let hello = try self.hello()
            spawned = try spawn()
            pipes = ModulePipes(spawned)
            pipes.append(hello)
        } catch {
            return "module \(manifest.name): \(error)"
        }
        let family = ProcessFamily(root: spawned.pid, mark: mark, hasKeeper: sandbox.isOn)
        let status = attend(family, &pipes)
        read(&pipes)
        pipes.closeAll()
        family.killRest()
        errorStream.finish()
        errorStream.reportDropped()
        return sentence(ProcessStatus(status, hasKeeper: sandbox.isOn))
    }

    private func hello() throws(ModuleFault) -> Data {
        do {
            try FileManager.default.createDirectory(at: room.stateFolder, withIntermediateDirectories: true)
            return try GatewayLine.data(
                GatewayLine.Hello(
                    module: manifest.name, settings: settings.values, stateFolder: room.stateFolder.path,
                    maximumLineLength: Self.longestLine))
        } catch {
            throw .ended("the start could not be prepared: \(error.localizedDescription)")
        }
    }

    private func spawn() throws(ModuleFault) -> ModuleSpawn {
        let command = try sandbox.command()
        helloDeadline = .now + manifest.timeouts.hello
        return try ModuleSpawn(
            command, folder: manifest.folder.path, environment: environment(), isLeashed: sandbox.isOn,
            memoryLimit: sandbox.isOn ? nil : manifest.memoryLimit.map { $0 * 2 })
    }

    /// Of the gateway's environment only what every program needs, and what the manifest asks for by name.
    private func environment() -> [String: String] {
        let own = ProcessInfo.processInfo.environment
        var variables = own.filter { ["PATH", "HOME", "LANG", "TMPDIR"].contains($0.key) }
        if sandbox.isOn { variables["TMPDIR"] = "/tmp" }
        for name in manifest.environment { variables[name] = own[name] }
        variables[ModuleSpawn.marker] = room.stateFolder.path
        return variables
    }

    /// Reads and writes until the process has ended; gives its status as `waitpid` does.
    private func attend(_ family: ProcessFamily, _ pipes: inout ModulePipes) -> Int32 {
        while true {
            // With its output closed the process is about to end, which nothing but asking tells.
            pipes.wait(for: exchange.bell, atMost: !pipes.hasOutput || ending.isPursued ? 5 : 100)
            heedOrders(&pipes)
            pipes.write()
            read(&pipes)
            heedTime(pipes)
            heedMemory(family)
            ending.pursue(family)
            var status: Int32 = 0
            let found = waitpid(family.root, &status, WNOHANG)
            // Somebody else of this program has taken its status: over it is all the same.
            if found == family.root || (found < 0 && errno == ECHILD) { return status }
        }
    }

    private func heedOrders(_ pipes: inout ModulePipes) {
        let orders = exchange.takeOrders(isReady: hasSaidHello)
        pipes.append(orders.bytes)
        switch orders.wish {
        case .kill(let reason): want(reason)
        case .gentle where ending.reason == nil:
            begin("it was told to end")
            pipes.append(Data(#"{"type":"shutdown"}"#.utf8 + [UInt8(ascii: "\n")]))
            pipes.write()
            pipes.closeInput()
        default: break
        }
        if orders.inputEnds, ending.reason == nil, !pipes.hasUnwritten {
            begin("its input was ended")
            pipes.closeInput()
        }
    }

    private func begin(_ reason: String) {
        ending.begin(reason, after: manifest.timeouts.stop)
        exchange.doom()
    }

    /// The process shall end now.
    func want(_ reason: String) {
        ending.force(reason)
        exchange.doom()
    }

    private func read(_ pipes: inout ModulePipes) {
        pipes.read(.errors) { errorStream.take($0) }
        pipes.read(.output) { bytes in
            do throws(LineBuffer.TooLong) {
                for line in try lines.take(bytes) where !ending.isForced { heed(line) }
            } catch {
                want("it wrote a line of more than \(Self.longestLine >> 20) MiB")
            }
        }
    }

    private func heed(_ line: Data) {
        do throws(LineFault) {
            let line = try ModuleLine(reading: line)
            guard hasSaidHello else {
                if let refusal = try line.hello(of: manifest) { return want(refusal) }
                hasSaidHello = true
                ready()
                return exchange.bell.ring()
            }
            guard let id = line.id else { throw LineFault(reason: "a line of type \(line.type) without id") }
            if let note = line.note { return exchange.give(note, to: id) }
            guard let answer = try line.answer() else { throw LineFault(reason: "a line of an unknown type") }
            exchange.settle(id, answer)
        } catch {
            want("it wrote \(error.reason)")
        }
    }

    private func heedTime(_ pipes: ModulePipes) {
        let now = ContinuousClock.now
        if !hasSaidHello, now > helloDeadline {
            want("it did not say hello within \(manifest.timeouts.hello)")
        }
        for request in exchange.takeLate(at: now) {
            let reason = "it did not answer '\(request.name)' in time"
            want(reason)
            request.done(.failure(.timedOut("module \(manifest.name): \(reason) and was killed")))
        }
        if !pipes.hasOutput, !ending.isPursued {
            ending.expect(within: .milliseconds(500))
            exchange.doom()
        }
    }

    private func heedMemory(_ family: ProcessFamily) {
        guard let limit = manifest.memoryLimit, ContinuousClock.now >= nextMemoryLook else { return }
        nextMemoryLook = .now + (exchange.inFlightCount == 0 ? .seconds(2) : .milliseconds(250))
        let held = family.residentMemory
        if held > limit { want("it held \(held >> 20) MiB of memory; its limit is \(limit >> 20) MiB") }
    }

    private func sentence(_ status: ProcessStatus) -> String {
        let why = ending.reason.map { "\($0) and \(status)" } ?? "it \(status)"
        let words = errorStream.lastLine.isEmpty ? "" : "; its last words: \(errorStream.lastLine.prefix(300))"
        return "module \(manifest.name): \(why)\(words)"
    }
}

/// How a process has ended, as `waitpid` tells it.
struct ProcessStatus: CustomStringConvertible {
    let description: String

    /// - Parameter hasKeeper: bubblewrap stands between: it tells its child's signal as an exit code above 128.
    init(_ status: Int32, hasKeeper: Bool) {
        let (signal, code) = (status & 0x7F, (status >> 8) & 0xFF)
        if signal != 0 {
            description = "was ended by signal \(signal)"
        } else if hasKeeper, code > 128, code < 128 + 65 {
            description = "was ended by signal \(code - 128)"
        } else {
            description = "ended with exit code \(code)"
        }
    }
}
