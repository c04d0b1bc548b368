import CurlTransport
import Foundation
import Logging
import PipelineModel
import PluginKit
import PluginKitTesting

/// A server that plays GitLab's API on a free port of the loopback, as its documentation has it.
///
/// The first segment of a path says how it behaves: `ok` or a fault (`expired`, `forbidden`, `limited`, `broken`,
/// `slow`, `moved`, `elsewhere`, `truncated`, and what the script names beside). What it holds is shared by them all.
final class GitLabServer: Sendable {
    struct Failure: Error { let reason: String }

    struct Request: Decodable, Equatable {
        let method: String
        /// As it came in, encoded, without mode and prefix.
        let path: String
        let query: [String: [String]]
        let body: SettingValue?
    }

    static let token = "glpat-of-the-test"
    static let repository = "acme/shop/storefront"
    let origin: String
    private let process: ChildProcess
    private let folder: URL

    /// - Parameter state: JSON that the server starts with.
    init(_ state: String = "{}") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "penstock-\(UUID().uuidString.lowercased())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let port = folder.appending(path: "port")
        try Data(state.utf8).write(to: folder.appending(path: "state"))
        try Data().write(to: folder.appending(path: "log"))
        process = try ChildProcess(
            ["/usr/bin/env", "python3", "-c", Self.script, folder.path(percentEncoded: false), Self.token],
            environment: ProcessInfo.processInfo.environment)
        for _ in 0..<3000 {
            if let text = try? String(contentsOf: port, encoding: .utf8), text.hasSuffix("\n") {
                origin = "http://127.0.0.1:\(text.dropLast())"
                return
            }
            usleep(10_000)
        }
        process.stop()
        throw Failure(reason: "the test's server did not start: install python3 (apt-get install python3)")
    }

    func stop() {
        process.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// What was asked for, in order.
    var requests: [Request] {
        get throws {
            let log = try String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
            return try log.split(separator: "\n").map { try JSONDecoder().decode(Request.self, from: Data($0.utf8)) }
        }
    }

    /// What changed something, as `METHOD path`.
    var writes: [String] {
        get throws { try requests.filter { $0.method != "GET" }.map { "\($0.method) \($0.path)" } }
    }

    func connection(
        _ mode: String = "ok", token: String? = token, provider: String = "GitLab", options: [String: String] = [:]
    ) -> Connection {
        Connection(
            name: "forge", arn: ConnectionARN(rawValue: "arn:aws:codeconnections:eu-west-1:1:connection/x"),
            provider: provider, url: "\(origin)/\(mode)", credential: token.map { Credential(user: "x", secret: $0) },
            options: options)
    }

    /// Gives the server, a host with the gateway's own HTTP client, and takes both away again.
    static func with(
        _ state: String = "{}", _ work: (GitLabServer, FakeHost) async throws -> Void
    ) async throws {
        let server = try GitLabServer(state)
        defer { server.stop() }
        let client = CurlClient(
            configuration: CurlConfiguration(proxy: ""), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let host = try FakeHost(http: client)
        defer { host.remove() }
        let result: Result<Void, any Error>
        do { result = .success(try await work(server, host)) } catch { result = .failure(error) }
        await client.stop()
        try result.get()
    }
}
