import Foundation

/// One of the scripts in `Python/`, which says `listening on URL` and ends when its standard input is closed.
final class PythonServer: Sendable {
    let url: String
    private let process: Process
    private let lifeline = Pipe()

    init(_ script: String, _ arguments: [String] = [], environment: [String: String] = [:]) async throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Python/\(script)")
        process = Process()
        process.executableURL = try Tool.python3.url()
        process.arguments = [file.path] + arguments
        process.environment = Command.cleanEnvironment.merging(environment) { $1 }
        process.standardInput = lifeline
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let first: Data = await withCheckedContinuation { continuation in
            output.fileHandleForReading.readabilityHandler = { handle in
                handle.readabilityHandler = nil
                continuation.resume(returning: handle.availableData)
            }
        }
        let line = String(decoding: first, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard line.hasPrefix("listening on ") else {
            throw Missing(
                "\(script) did not start; it needs python3 with boto3: make test-tools sets PENSTOCK_TOOLS up")
        }
        url = String(line.dropFirst("listening on ".count))
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
}
