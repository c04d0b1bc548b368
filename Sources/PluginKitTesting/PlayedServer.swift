package import Foundation
package import PluginKit

/// A server that plays a host's API on a free port of the loopback: a script of the test's own says what the host
/// answers, ``frame`` does what all hosts do alike.
///
/// The first segment of a path says how the host behaves: `ok` or a fault (`expired`, `forbidden`, `limited`,
/// `broken`, `slow`, `moved`, `elsewhere`, `truncated`, and what the script names beside).
package final class PlayedServer: Sendable {
    package struct Failure: Error, CustomStringConvertible { package let description: String }

    package struct Request: Decodable, Equatable, Sendable {
        package let method: String
        /// As it came in, encoded, without mode and prefix.
        package let path: String
        package let query: [String: [String]]
        package let body: SettingValue?
    }

    package let origin: String
    private let process: ChildProcess
    private let folder: URL

    /// - Parameters:
    ///   - script: Python, after ``frame``.
    ///   - token: the one that the host takes.
    ///   - state: JSON that the server starts with.
    ///   - certificate: a PEM file with key and certificate, for HTTPS.
    package init(_ script: String, token: String, state: String = "{}", certificate: URL? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "penstock-\(UUID().uuidString.lowercased())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let port = folder.appending(path: "port")
        let program = folder.appending(path: "server.py")
        try Data(state.utf8).write(to: folder.appending(path: "state"))
        try Data().write(to: folder.appending(path: "log"))
        try Data((Self.frame + "\n" + script + "\nserve(Host)\n").utf8).write(to: program)
        process = try ChildProcess(
            [
                "/usr/bin/env", "python3", program.path(percentEncoded: false), folder.path(percentEncoded: false),
                token, certificate?.path(percentEncoded: false) ?? "",
            ],
            environment: ProcessInfo.processInfo.environment)
        for _ in 0..<3000 {
            if let text = try? String(contentsOf: port, encoding: .utf8), text.hasSuffix("\n") {
                origin = "\(certificate == nil ? "http" : "https")://127.0.0.1:\(text.dropLast())"
                return
            }
            usleep(10_000)
        }
        process.stop()
        throw Failure(description: "the test's server did not start: install python3 (apt-get install python3)")
    }

    package func stop() {
        process.stop()
        // A folder that stays behind in /tmp is no failure of what was tested.
        try? FileManager.default.removeItem(at: folder)
    }

    /// What was asked for, in order.
    package var requests: [Request] {
        get throws {
            let log = try String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
            return try log.split(separator: "\n").map { try JSONDecoder().decode(Request.self, from: Data($0.utf8)) }
        }
    }

    /// What changed something, as `METHOD path`.
    package var writes: [String] {
        get throws { try requests.filter { $0.method != "GET" }.map { "\($0.method) \($0.path)" } }
    }

    /// Gives the server and a host whose way out is this client, and takes all three away again.
    package func used<Client: HTTPClient, Result>(
        through client: Client, closing: (Client) async -> Void, _ work: (PlayedServer, FakeHost) async throws -> Result
    ) async throws -> Result {
        defer { stop() }
        let host = try FakeHost(http: client)
        defer { host.remove() }
        do {
            let result = try await work(self, host)
            await closing(client)
            return result
        } catch {
            await closing(client)
            throw error
        }
    }
}
