import PipelineModel
import PluginKit

/// A connection without a hook has this one in its place: the looks at its refs are journaled under it. Nobody can call
/// it.
extension Hook {
    private static let prefix = "refs-"

    init(refsOf connection: Connection) {
        self.init(
            id: HookID(Self.prefix + connection.name), name: "refs of \(connection.name)",
            translator: .immediate(NoWebhook(name: connection.provider)), authentication: .secrets([]),
            connection: connection, servesGitHubV1: false)
    }

    /// The connection whose refs the hook of this id stands for; `nil`: it is another hook's.
    static func connectionName(ofRefs id: HookID) -> String? {
        id.rawValue.hasPrefix(prefix) ? String(id.rawValue.dropFirst(prefix.count)) : nil
    }
}

private struct NoWebhook: WebhookProvider {
    let name: String
    let signature = WebhookSignature.authorization
    let deliveryIDHeaders: [String] = []
    let eventHeaders: [String] = []

    func parse(_ delivery: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery {
        ParsedDelivery(ignored: "the connection has no hook")
    }
}
