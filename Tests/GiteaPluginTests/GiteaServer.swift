import CurlTransport
import Logging
import PipelineModel
import PluginKit
import PluginKitTesting

/// Plays Gitea's API as its documentation has it. What it holds is shared by all its modes.
enum GiteaServer {
    static let token = "c0ffee-of-the-test"
    static let repository = "acme/storefront"

    /// Gives the server, a host with the gateway's own HTTP client, and takes both away again.
    ///
    /// - Parameter state: JSON that the server starts with.
    static func with(
        _ state: String = "{}", _ work: (PlayedServer, FakeHost) async throws -> Void
    ) async throws {
        let client = CurlClient(
            configuration: CurlConfiguration(proxy: ""), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await PlayedServer(script, token: token, state: state)
            .used(through: client, closing: { await $0.stop() }, work)
    }
}

extension PlayedServer {
    func connection(
        _ mode: String = "ok", token: String? = GiteaServer.token, provider: String = "Gitea",
        options: [String: String] = [:]
    ) -> Connection {
        Connection(
            name: "forge", arn: ConnectionARN(rawValue: "arn:aws:codeconnections:eu-west-1:1:connection/x"),
            provider: provider, url: "\(origin)/\(mode)", credential: token.map { Credential(user: "x", secret: $0) },
            options: options)
    }
}
