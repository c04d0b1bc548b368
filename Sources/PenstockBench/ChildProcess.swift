import Foundation

/// A process of the benchmarks: a server, a peer, a load generator.
struct ChildProcess {
    struct Ending {
        let code: Int32
        let seconds: Double
        /// The most memory that it held at once, in MB of 10⁶ bytes.
        let peakMemory: Double
    }

    let pid: pid_t
    let output: URL
    private let start = ContinuousClock.now

    /// - Parameter output: takes what the process writes to both its streams.
    init(_ arguments: [String], output: URL, in folder: URL? = nil) throws {
        self.output = output
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // `env` gives way to the command: it is the same process.
        let arguments = (folder.map { ["env", "-C", $0.path] } ?? []) + arguments
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        defer { for argument in argv { free(argument) } }
        argv.append(nil)
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, arguments[0], &actions, nil, argv, environ)
        guard code == 0 else {
            throw BenchFailure("\(arguments[0]) can't be started: \(String(cString: strerror(code)))")
        }
        self.pid = pid
    }

    /// Runs a command to its end; anything but success is a failure that shows what it wrote.
    @discardableResult
    static func run(_ arguments: [String], output: URL, in folder: URL? = nil) throws -> Ending {
        let child = try ChildProcess(arguments, output: output, in: folder)
        let ending = child.wait()
        guard ending.code == 0 else {
            throw BenchFailure("\(arguments[0]) ended with \(ending.code): \(child.written)")
        }
        return ending
    }

    var written: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

    func wait() -> Ending {
        var status: Int32 = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
        return Ending(
            code: status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f, seconds: start.secondsToNow,
            peakMemory: Double(usage.ru_maxrss) * 1024 / 1e6)
    }

    /// Asks it to end and waits for that.
    @discardableResult
    func stop() -> Ending {
        kill(pid, SIGTERM)
        return wait()
    }

    /// What it holds now, in MB of 10⁶ bytes.
    var residentMemory: Double {
        get throws {
            let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
            guard let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap({ Double($0) }) else {
                throw BenchFailure("process \(pid) has no VmRSS")
            }
            return kilobytes * 1024 / 1e6
        }
    }
}

extension ContinuousClock.Instant {
    var secondsToNow: Double {
        let elapsed = (ContinuousClock.now - self).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
    }
}
