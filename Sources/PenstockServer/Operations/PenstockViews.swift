package import Foundation
import PipelineEngine
package import PluginKit
import PipelineModel

package struct DeliveryList: Codable, Sendable { package var deliveries: [DeliveryView] }

/// A journal entry as commands show it.
package struct DeliveryView: Codable, Sendable {
    package var sequence: Int64
    package var hook: String
    package var provider: String
    package var deliveryId: String
    package var event: String
    package var receivedAt: Date
    package var outcome: String
    package var reason: String?
    package var bodySize: Int
    package var replayOf: Int64?
    package var decisions: [DecisionView]
    package var headers: [String: String]
    package var body: Data?

    init(_ entry: JournalEntry) {
        sequence = entry.sequence
        hook = entry.hookName.isEmpty ? entry.hook.rawValue : entry.hookName
        provider = entry.provider
        deliveryId = entry.deliveryID
        event = entry.event
        receivedAt = Date(timeIntervalSince1970: entry.receivedAt)
        outcome = entry.outcome
        reason = entry.reason
        bodySize = entry.bodySize
        replayOf = entry.replayOf
        decisions = entry.decisions.map(DecisionView.init)
        headers = entry.headers
        body = entry.body
    }
}

package struct DecisionView: Codable, Sendable {
    package var pipeline: String?
    package var started: String?
    package var reason: String

    init(_ decision: DeliveryDecision) {
        pipeline = decision.pipeline?.rawValue
        started = decision.started?.rawValue
        reason = decision.reason
    }
}

package struct ReplayView: Codable, Sendable {
    package var sequence: Int64
    package var decisions: [DecisionView]
}

package struct HookList: Codable, Sendable { package var hooks: [HookView] }

package struct HookView: Codable, Sendable {
    package var name: String
    package var id: String
    package var provider: String
    package var connection: String
    package var path: String
    /// Why nothing starts although deliveries come in.
    package var standstill: String?
    /// The hooks at hosts that the gateway keeps by itself.
    package var registrations: [RegistrationView]?
}

package struct RegistrationView: Codable, Sendable {
    package var repository: String
    /// `registered`, `failed` or `removing`.
    package var state: String
    package var url: String
    package var error: String?
    package var nextAttempt: Date?

    init(_ record: HookRegistrationRecord) {
        repository = record.repository
        state = record.state.rawValue
        url = record.url
        error = record.errorMessage
        nextAttempt = record.tryAgain.map { Date(timeIntervalSince1970: $0) }
    }
}

package struct ModuleList: Codable, Sendable { package var modules: [ModuleView] }

package struct ModuleView: Codable, Sendable {
    package struct Setting: Codable, Sendable {
        package var key: String
        package var summary: String
        package var defaultValue: String?
    }

    package struct Finding: Codable, Sendable {
        package var name: String
        package var status: String
        package var message: String
    }

    package var name: String
    package var summary: String
    package var contributions: [String]
    package var settings: [Setting]
    package var health: [Finding]

    package init(_ plugin: any Plugin, health: [HealthFinding]) {
        let description = type(of: plugin).description
        name = description.name
        summary = description.summary
        contributions = plugin.contributions.map(\.summary)
        settings = description.settings.map { Setting(key: $0.key, summary: $0.summary, defaultValue: $0.defaultValue) }
        self.health = health.map { Finding(name: $0.name, status: $0.status.rawValue, message: $0.message) }
    }
}

extension Contribution {
    var summary: String {
        switch self {
        case .webhook(let provider): "webhook \(provider.name)"
        case .action(let provider): "action \(provider.type.id)"
        case .rule(let provider): "rule \(provider.type.id.provider)"
        case .deferredWebhook(let provider): "webhook \(provider.name)"
        case .sourceHost(let host): "source host \(host.provider)"
        case .eventResolver(let resolver): "open facts of \(resolver.provider)"
        case .refReader(let reader): "refs of \(reader.provider)"
        case .credentialIssuer(let issuer): "credentials of \(issuer.provider)"
        case .hookRegistrar(let registrar): "hooks at \(registrar.provider)"
        case .deliveryLog(let log): "delivery log of \(log.provider)"
        case .statusReporter(let reporter): "commit statuses at \(reporter.provider)"
        case .revisionProbe(let probe): "revisions of \(probe.types.map(\.provider).joined(separator: ", "))"
        case .notifier: "notifier"
        case .objectStore(let provider): "object store \(provider.name)"
        case .document(let validator): "document \(validator.kind)"
        }
    }
}
