import Foundation
import Synchronization

/// One `penstock serve` after another on the same data folder: started, asked, terminated, killed.
final class Gateway: Sendable {
    let scratch: Scratch
    private let life = Mutex<Life?>(nil)

    private struct Life {
        let process: SpawnedProcess
        var endpoint: String?
    }

    /// - Parameter configuration: `penstock.yaml`.
    init(configuration: String) throws {
        scratch = try Scratch("gateway")
        try configure(configuration)
    }

    deinit {
        life.withLock { life in
            life?.process.signal(SIGKILL)
        }
        scratch.remove()
    }

    var data: URL { scratch.url("data") }
    var configuration: URL { scratch.url("penstock.yaml") }
    /// All that every life wrote to standard error.
    var stderr: String { (try? String(contentsOf: scratch.url("gateway.err"), encoding: .utf8)) ?? "" }

    private func printedLine(after prefix: String) -> String? {
        let text = (try? String(contentsOf: scratch.url("gateway.out"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().first { $0.hasPrefix(prefix) }
            .map { String($0.dropFirst(prefix.count)) }
    }

    func configure(_ text: String) throws { try scratch.write(text, to: "penstock.yaml") }

    var endpoint: String {
        get throws {
            guard let endpoint = life.withLock({ $0?.endpoint }) else { throw Missing("the gateway is not running") }
            return endpoint
        }
    }

    var processIdentifier: Int32 {
        get throws {
            guard let process = life.withLock({ $0?.process }) else { throw Missing("the gateway is not running") }
            return process.id
        }
    }

    /// Starts it and waits for its `listening on` line.
    ///
    /// - Parameter clock: what its clock is ahead by, in seconds.
    func start(port: Int = 0, clock: Int = 0) async throws {
        try launch(port: port, clock: clock)
        guard let process = life.withLock({ $0?.process }) else { return }
        let endpoint = try await waiting(for: "the line 'listening on'", every: .milliseconds(5)) {
            if let line = self.printedLine(after: "listening on ") { return line }
            if let status = process.terminationStatus {
                throw Missing(
                    "penstock serve ended with \(status): \(self.stderr.suffix(2000)); "
                        + "the data folder is open in \(ProcessTable.holding(self.data))")
            }
            return nil
        }
        life.withLock { $0?.endpoint = endpoint }
    }

    /// Starts it and waits for nothing.
    ///
    /// A refused write is an error, not the end of the process: SIGXFSZ is ignored, as a service manager may do.
    func launch(port: Int = 0, clock: Int = 0) throws {
        // A second one would be refused the data folder, and the first would outlive the tests.
        guard life.withLock({ $0 == nil }) else { throw Missing("the test starts a gateway that runs already") }
        let process = try SpawnedProcess(
            [
                try Tool.sh.url().path, "-c", "trap '' XFSZ; cd \"$0\"; exec \"$@\"", scratch.root.path,
                try Tool.penstock.url().path, "serve", "--listen", "127.0.0.1:\(port)", "--config", configuration.path,
                "--data", data.path,
            ], environment: try Command.environment(ahead: clock), output: scratch.url("gateway.out"),
            errors: scratch.url("gateway.err"))
        life.withLock { $0 = Life(process: process, endpoint: nil) }
    }

    /// SIGTERM; gives the exit code.
    @discardableResult
    func terminate(within limit: Duration = .seconds(30)) async throws -> Int32 {
        try await end(with: SIGTERM, within: limit)
    }

    /// SIGKILL, and waits until the process is gone.
    func kill9() async throws { _ = try await end(with: SIGKILL, within: .seconds(10)) }

    private func end(with signal: Int32, within limit: Duration) async throws -> Int32 {
        guard let process = life.withLock({ $0?.process }) else { throw Missing("the gateway is not running") }
        process.signal(signal)
        try await waiting(until: "the end of the gateway by signal \(signal)", upTo: limit, every: .milliseconds(5)) {
            !process.isRunning
        }
        life.withLock { $0 = nil }
        return process.terminationStatus ?? 0
    }

    /// `penstock ARGUMENTS` on this gateway's configuration and data folder.
    func penstock(_ arguments: String...) async throws -> Command.Output {
        try await Command(
            .penstock, arguments + ["--config", configuration.path, "--data", data.path], in: scratch.root
        ).run()
    }

    /// What `penstock env` prints, read by a real shell.
    func environment() async throws -> [String: String] {
        let lines = try await penstock("env")
        guard lines.status == 0 else { throw Missing("penstock env: \(lines.stderr)") }
        let printed = try await Command(
            .sh, ["-c", "eval \"$1\"; env", "sh", lines.text], environment: ["PATH": "/usr/bin:/bin"]
        ).checked()
        let exported = printed.text.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 && parts[0].hasPrefix("AWS_") ? (String(parts[0]), String(parts[1])) : nil
        }
        return Command.cleanEnvironment.merging(exported) { $1 }
    }
}
