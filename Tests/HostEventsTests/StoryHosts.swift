import CurlTransport
import Foundation
import Logging
import PipelineModel
import PluginKit
import PluginKitTesting

/// The hosts of the story, played by one server: one history, in each API's words and at each one's paths.
enum StoryHosts {
    static let token = "t0ken-of-the-story"

    /// Gives the server, and a host whose way out is the gateway's own client.
    ///
    /// - Parameters:
    ///   - certificate: for HTTPS: a PEM file with key and certificate.
    ///   - isTrusted: whether the client trusts it.
    ///   - elsewhere: where the server redirects to in its mode of that name.
    static func with<Result>(
        certificate: URL? = nil, isTrusted: Bool = false, elsewhere: String = "",
        _ work: (PlayedServer, FakeHost) async throws -> Result
    ) async throws -> Result {
        var configuration = CurlConfiguration(proxy: "")
        configuration.retry = RetryPolicy(attempts: 2, base: .milliseconds(1))
        if isTrusted { configuration.certificateAuthorityFile = certificate?.path(percentEncoded: false) }
        let client = CurlClient(
            configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let state: [String: Any] = [
            "parents": Story.parents, "touched": Story.touched, "head": Story.second, "base": Story.first,
            "elsewhere": elsewhere,
        ]
        let json = String(decoding: try JSONSerialization.data(withJSONObject: state), as: UTF8.self)
        return try await PlayedServer(script, token: token, state: json, certificate: certificate)
            .used(through: client, closing: { await $0.stop() }, work)
    }
}

extension Storyteller {
    /// To this host as the server plays it.
    func connection(to server: PlayedServer, mode: String = "ok") -> Connection {
        Connection(
            name: "host", arn: "arn:aws:codeconnections:us-east-1:000000000000:connection/host", provider: scheme,
            url: server.origin, apiURL: "\(server.origin)/\(mode)/\(api)",
            credential: Credential(user: "x-token-auth", secret: StoryHosts.token))
    }
}
