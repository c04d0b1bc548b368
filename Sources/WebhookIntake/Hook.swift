package import Foundation
package import PipelineModel
package import PluginKit

/// One hook of the configuration: where deliveries come in, how they prove themselves, and for which connection
/// they speak.
package struct Hook: Sendable {
    package let id: HookID
    /// As written under `hooks:`.
    package let name: String
    package let translator: Translator
    package let authentication: Authentication
    /// One repository's secret never speaks for another's: only pipelines whose source names this connection start.
    package let connection: Connection
    /// Whether `GitHub` v1 actions, which name no connection, belong to it too.
    package let servesGitHubV1: Bool
    /// Why nothing starts although deliveries come in, e.g. the connection is pending.
    package var standstill: String?

    package enum Translator: Sendable {
        case immediate(any WebhookProvider)
        /// Asked after the delivery is on disk.
        case deferred(any DeferredWebhookProvider)
    }

    /// How the host's deliveries are told apart and verified.
    package var scheme: any WebhookScheme {
        switch translator {
        case .immediate(let provider): provider
        case .deferred(let provider): provider
        }
    }

    package enum Authentication: Sendable {
        /// Any of these secrets will do, so that one can be rotated.
        case secrets([Data])
        /// Declared so in the configuration; never a default.
        case unauthenticated
    }

    package init(
        id: HookID, name: String, translator: Translator, authentication: Authentication,
        connection: Connection, servesGitHubV1: Bool
    ) {
        self.id = id
        self.name = name
        self.translator = translator
        self.authentication = authentication
        self.connection = connection
        self.servesGitHubV1 = servesGitHubV1
    }
}

extension Hook {
    func parse(_ delivery: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery {
        switch translator {
        case .immediate(let provider): try provider.parse(delivery)
        case .deferred(let provider): throw .unexpectedShape("\(provider.name) can't be asked yet")
        }
    }
}
