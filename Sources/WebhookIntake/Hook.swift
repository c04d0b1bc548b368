package import Foundation
package import PipelineModel
package import PluginKit

/// One hook of the configuration: where deliveries come in, how they prove themselves, and for which connection
/// they speak.
package struct Hook: Sendable {
    package let id: HookID
    /// As written under `hooks:`.
    package let name: String
    package let provider: any WebhookProvider
    package let authentication: Authentication
    /// One repository's secret never speaks for another's: only pipelines whose source names this connection start.
    package let connection: Connection
    /// Whether `GitHub` v1 actions, which name no connection, belong to it too.
    package let servesGitHubV1: Bool

    package enum Authentication: Sendable {
        /// Any of these secrets will do, so that one can be rotated.
        case secrets([Data])
        /// Declared so in the configuration; never a default.
        case unauthenticated
    }

    package init(
        id: HookID, name: String, provider: any WebhookProvider, authentication: Authentication,
        connection: Connection, servesGitHubV1: Bool
    ) {
        self.id = id
        self.name = name
        self.provider = provider
        self.authentication = authentication
        self.connection = connection
        self.servesGitHubV1 = servesGitHubV1
    }
}
