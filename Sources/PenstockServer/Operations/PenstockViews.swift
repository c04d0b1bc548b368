package import CurlTransport
package import Foundation
import ExternalModules
import PipelineEngine
package import PluginKit
import PipelineModel

package struct HookList: Codable, Sendable {
    package var hooks: [HookView]
    /// Those that PutWebhook made.
    package var webhooks: [WebhookView]?
}

/// A webhook that PutWebhook made.
package struct WebhookView: Codable, Sendable {
    package var name: String
    package var path: String
    package var pipeline: String
    /// Its hook at the host, if RegisterWebhookWithThirdParty was called.
    package var registrations: [RegistrationView]
}

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

package struct ModuleList: Codable, Sendable {
    package var modules: [ModuleView]
    /// The hosts that were called since the start.
    package var hosts: [HostView]?
}

/// How one host's API does.
package struct HostView: Codable, Sendable {
    package var host: String
    /// `ok`, `down` or `trying`.
    package var state: String
    package var reason: String?
    /// Seconds since 1970 when the next call may be sent.
    package var until: Double?

    package init(_ state: GuardedClient.HostState) {
        host = state.host
        self.state = state.word.rawValue
        reason = state.reason
        until = state.until?.timeIntervalSince1970
    }
}

/// The child process of an external module.
package struct ProcessView: Codable, Sendable {
    package var state: String
    package var since: Date
    package var restarts: Int
    package var lastError: String?
    package var lastErrorAt: Date?
    package var requestsInFlight: Int

    init(_ status: ModuleStatus) {
        state = status.phase.rawValue
        since = status.since
        restarts = status.restarts
        lastError = status.lastError
        lastErrorAt = status.lastErrorAt
        requestsInFlight = status.inFlight
    }
}

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
    /// `bundled` or `external`.
    package var kind: String
    package var summary: String
    package var contributions: [String]
    package var settings: [Setting]
    package var health: [Finding]
    /// External ones: their process.
    package var process: ProcessView?

    package init(_ module: LoadedModule, health: [HealthFinding]) {
        let description = module.description
        name = description.name
        kind = module.kind.rawValue
        summary = description.summary
        contributions = module.contributions.map(\.summary)
        settings = description.settings.map { Setting(key: $0.key, summary: $0.summary, defaultValue: $0.defaultValue) }
        self.health = health.map { Finding(name: $0.name, status: $0.status.rawValue, message: $0.message) }
        process = module.external.map { ProcessView($0.status) }
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
