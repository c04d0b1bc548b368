import Foundation
import Glibc
import Isolation

/// The running shell of one build, its output and its end. Lives on the build's own thread, from start to finish.
final class BuildShell: CommandRunner {
    private let root: pid_t
    private let tree: ProcessTree
    private let stop: StopSignal
    private let deadline: ContinuousClock.Instant
    private let output: Int32
    private let statuses: Int32
    private var commands: Int32?
    private var lines: OutputLines
    private var record: [UInt8] = []
    private var records: [String] = []
    private var isLost = false

    /// Starts the keeper.
    ///
    /// - Parameter command: the program and its arguments; descriptor 8 is for commands, 9 for statuses.
    init(
        command: [String], environment: [String: String], tree: ProcessTree, stop: StopSignal,
        deadline: ContinuousClock.Instant, log: @escaping (String) -> Void
    ) throws(SystemCallError) {
        let (commands, statuses, output) = (try PipeEnds.open(), try PipeEnds.open(), try PipeEnds.open())
        defer { for end in [commands.readEnd, statuses.writeEnd, output.writeEnd] { close(end) } }
        let root: pid_t
        do {
            root = try ChildProcess.start(
                command, environment: environment,
                descriptors: [
                    1: output.writeEnd, 2: output.writeEnd, 8: commands.readEnd, 9: statuses.writeEnd,
                ])
        } catch {
            for end in [commands.writeEnd, statuses.readEnd, output.readEnd] { close(end) }
            throw error
        }
        _ = fcntl(output.readEnd, F_SETFL, O_NONBLOCK)
        _ = fcntl(statuses.readEnd, F_SETFL, O_NONBLOCK)
        self.output = output.readEnd
        self.statuses = statuses.readEnd
        self.commands = commands.writeEnd
        self.root = root
        var tree = tree
        tree.root = root
        self.tree = tree
        self.stop = stop
        self.deadline = deadline
        lines = OutputLines(emit: log)
    }

    func run(_ command: CommandID, succeeding: Bool) -> CommandEnd {
        send("run \(command.fileName) \(succeeding ? 1 : 0)")
        switch nextRecord() {
        case .interrupted(let interruption): return .interrupted(interruption)
        case .record(let text):
            let status = Int32(text.split(separator: " ").last ?? "") ?? 1
            // The command ended the shell: the keeper waits for this line and starts another.
            if text.hasPrefix("ended") { send("again") }
            return .exited(status)
        }
    }

    /// The values of variables as the shell has them; what is unset is left out.
    func values(of names: [String], succeeding: Bool) -> Result<[String: String], InterruptedError> {
        var values: [String: String] = [:]
        for name in names {
            send("value \(name) \(succeeding ? 1 : 0)")
            switch nextRecord() {
            case .interrupted(let interruption): return .failure(InterruptedError(interruption: interruption))
            case .record(let text): if text.hasPrefix("set ") { values[name] = String(text.dropFirst(4)) }
            }
        }
        return .success(values)
    }

    struct InterruptedError: Error { let interruption: Interruption }

    /// Ends everything that the build started. Called once, however the build went.
    ///
    /// - Parameter inPeace: let the shell come to its own end first (its EXIT trap, its last output).
    /// - Returns: processes that can't be killed.
    func finish(inPeace: Bool) -> Set<pid_t> {
        if let commands { close(commands) }
        commands = nil
        if inPeace {
            let patience = ContinuousClock.now + .seconds(5)
            while !isLost, !stop.isSent, .now < patience { pump(until: patience) }
        }
        let left = tree.end(grace: inPeace ? .milliseconds(500) : .seconds(2))
        drain()
        lines.flush()
        if left.isEmpty { ChildProcess.wait(for: root) }
        close(output)
        close(statuses)
        return left
    }

    private func send(_ line: String) {
        guard let commands else { return }
        // Short, and the reader waits for it: neither blocks nor is cut. A keeper that is gone shows as `lost`.
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { IgnoringBrokenPipe.write(commands, $0) }
    }

    private enum Answer {
        case record(String)
        case interrupted(Interruption)
    }

    private func nextRecord() -> Answer {
        while records.isEmpty {
            if stop.isSent { return .interrupted(.stopped) }
            if ContinuousClock.now >= deadline { return .interrupted(.timedOut) }
            if isLost { return .interrupted(.lost) }
            pump(until: deadline)
        }
        // What the command wrote before its end lies in the pipe: its lines come before the next of ours.
        drain()
        lines.flush()
        return .record(records.removeFirst())
    }

    /// Sleeps until there is output, a record, the stop signal or the deadline, and takes what is there.
    private func pump(until deadline: ContinuousClock.Instant) {
        let events = Int16(POLLIN)
        var watched = [
            pollfd(fd: stop.descriptor, events: events, revents: 0),
            pollfd(fd: statuses, events: events, revents: 0), pollfd(fd: output, events: events, revents: 0),
        ]
        let left = max(.zero, deadline - .now)
        let milliseconds =
            min(left.components.seconds, 3600) * 1000 + left.components.attoseconds / 1_000_000_000_000_000
        guard poll(&watched, nfds_t(watched.count), Int32(milliseconds) + 1) > 0 else { return }
        if watched[2].revents != 0 { readOutput() }
        if watched[1].revents != 0 { readRecords() }
    }

    private static let chunk = 64 * 1024

    /// - Returns: whether there may be more at once.
    @discardableResult
    private func readOutput() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 1) { buffer in
            let count = read(output, buffer.baseAddress, buffer.count)
            guard count > 0 else { return false }
            lines.take(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
            return true
        }
    }

    /// Reads what is in the pipe now. A bound keeps a process in the background from holding the build up for ever.
    private func drain() {
        for _ in 0..<32 where !readOutput() { return }
    }

    private func readRecords() {
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        let count = read(statuses, &buffer, buffer.count)
        if count == 0 { isLost = true }
        guard count > 0 else { return }
        for byte in buffer[..<count] {
            if byte == 0 {
                records.append(String(decoding: record, as: UTF8.self))
                record.removeAll()
            } else {
                record.append(byte)
            }
        }
    }
}

/// Writing to a pipe whose reader is gone, without the signal that would end a program that doesn't ignore it.
enum IgnoringBrokenPipe {
    static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        // The build's thread keeps SIGPIPE blocked: it writes nothing else, and a child starts with nothing blocked.
        return count
    }
}
