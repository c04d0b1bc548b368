import CurlTransport
import Foundation
import Logging
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

/// A GitHub of its own for one test, the real HTTP client, and a connection that leads from one to the other.
struct GitHubWorld {
    let server: GitHubServer
    let client: CurlClient
    let host: FakeHost

    static let commit = String(repeating: "1a", count: 20)
    static let other = String(repeating: "2b", count: 20)
    static let arn: ConnectionARN = "arn:aws:codeconnections:us-east-1:000000000000:connection/1"

    /// Everything is gone after `use`.
    static func with<Result>(
        now: @escaping @Sendable () -> Date = { Date() }, lines: RecordedLines = RecordedLines(),
        _ use: (GitHubWorld) async throws -> Result
    ) async throws -> Result {
        var configuration = CurlConfiguration(proxy: "")
        configuration.retry = RetryPolicy(attempts: 3, base: .milliseconds(5), cap: .milliseconds(20))
        let client = CurlClient(configuration: configuration, logger: Logger(label: "test"))
        let host = try FakeHost(http: client, now: now, logger: lines.logger)
        defer { host.remove() }
        let world = GitHubWorld(server: try GitHubServer(in: host.root), client: client, host: host)
        defer { world.server.stop() }
        do {
            let result = try await use(world)
            await client.stop()
            return result
        } catch {
            await client.stop()
            throw error
        }
    }

    func connection(
        token: String? = "good", options: [String: String] = [:], secrets: [String: Credential] = [:],
        url: String? = nil
    ) -> Connection {
        Connection(
            name: "github", arn: Self.arn, provider: "GitHub", url: url ?? server.url,
            credential: token.map { Credential(user: "", secret: $0) }, options: options, secrets: secrets)
    }

    // MARK: The server

    struct Call: Decodable {
        let call: String
        let query: String
        let authorization: String
        let headers: [String: String]
        let body: String
    }

    func calls() async throws -> [Call] { try JSONDecoder().decode([Call].self, from: try await control("_log")) }

    func state() async throws -> SettingValue {
        try JSONDecoder().decode(SettingValue.self, from: try await control("_state"))
    }

    func set(_ json: String) async throws { _ = try await control("_set", json) }

    /// Members: `match` (the call's beginning), `times`, `status`, `headers`, `body`, `cut`, `slowly`, `drop`. Without
    /// a status, the work is done and its answer spoilt.
    func fault(_ json: String) async throws { _ = try await control("_fault", json) }

    private func control(_ path: String, _ json: String = "") async throws -> Data {
        let request = HTTPClientRequest(method: "POST", url: "\(server.url)/\(path)", body: .bytes(Data(json.utf8)))
        return try await client.send(request).body.collect(upTo: 1 << 26)
    }
}

extension SettingValue {
    var list: [SettingValue] {
        guard case .list(let elements) = self else { return [] }
        return elements
    }
}

/// What must fail, and how.
func failure(_ work: () async throws -> Void) async -> FailureDetails? {
    do {
        try await work()
        Issue.record("nothing failed")
        return nil
    } catch {
        return error as? FailureDetails
    }
}
