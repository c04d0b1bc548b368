package import Foundation
package import PipelineEngine
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
    /// Where deliveries may come from, beside what proves them; empty: from anywhere.
    package let allowed: [AddressRange]
    /// What it starts beside the pipelines with a source in the repository.
    package let rules: [StartRule]
    /// Why nothing starts although deliveries come in, e.g. the connection is pending.
    package var standstill: String?

    package enum Translator: Sendable {
        case immediate(any WebhookProvider)
        /// Asked after the delivery is on disk.
        case deferred(any DeferredWebhookProvider)

        package var scheme: any WebhookScheme {
            switch self {
            case .immediate(let provider): provider
            case .deferred(let provider): provider
            }
        }
    }

    /// How the host's deliveries are told apart and verified.
    package var scheme: any WebhookScheme { translator.scheme }

    package enum Authentication: Sendable {
        /// Any of these secrets will do, so that one can be rotated.
        case secrets([Data])
        /// Declared so in the configuration; never a default.
        case unauthenticated
    }

    package init(
        id: HookID, name: String, translator: Translator, authentication: Authentication,
        connection: Connection, servesGitHubV1: Bool, allowed: [AddressRange] = [], rules: [StartRule] = []
    ) {
        self.id = id
        self.name = name
        self.translator = translator
        self.authentication = authentication
        self.connection = connection
        self.servesGitHubV1 = servesGitHubV1
        self.allowed = allowed
        self.rules = rules
    }
}

extension Hook {
    /// What can be said of a delivery at once.
    enum Reading {
        case events([SourceEvent])
        case ignored(reason: String)
        /// Somebody else must be asked, after the answer; what is known already.
        case later([SourceEvent])

        init(_ parsed: ParsedDelivery) {
            if let reason = parsed.ignored {
                self = .ignored(reason: reason)
            } else if parsed.events.contains(where: { $0.unresolved != nil }) {
                self = .later(parsed.events)
            } else {
                self = .events(parsed.events)
            }
        }

        var content: Delivery.Content {
            switch self {
            case .events(let events): .events(events)
            case .ignored(let reason): .ignored(reason: reason)
            case .later(let events): .deferred(events)
            }
        }
    }

    func read(_ delivery: VerifiedDelivery) throws(PayloadError) -> Reading {
        switch translator {
        case .immediate(let provider): Reading(try provider.parse(delivery))
        case .deferred: .later([])
        }
    }

    /// Why the sender's address isn't let in; `nil` when it is.
    func complaint(about address: String?) -> String? {
        guard !allowed.isEmpty else { return nil }
        guard let address else { return "the sender's address isn't known, and the hook has a list of those allowed" }
        guard allowed.contains(where: { $0.contains(address) }) else {
            return "the sender's address \(address) is not in the hook's list"
        }
        return nil
    }

    /// Whether it is a test event that the host sends without a signature: then nothing else of it is looked at.
    func isUnsignedTest(_ delivery: WebhookDelivery) -> Bool {
        guard !scheme.unsignedEvents.isEmpty, case .secrets = authentication,
            let event = delivery.header(firstOf: scheme.eventHeaders)
        else { return false }
        return scheme.unsignedEvents.contains(event) && !scheme.signature.isAttempted(by: delivery)
    }
}
