package import PipelineModel

/// A hook at a host, as it stands there by what we know: for ListWebhooks and `hooks list`, and so that it can be
/// removed again when nobody wants it any more.
package struct HookRegistrationRecord: RegistryRecord {
    package static let kind = RegistryEntry.Kind.hookRegistration

    package enum Origin: String, Codable, Sendable {
        /// RegisterWebhookWithThirdParty.
        case webhook
        /// `register:` of a hook of the configuration.
        case configuration
    }

    package enum State: String, Codable, Sendable {
        case registered, failed
        /// Nobody wants it, but the host could not be told yet.
        case removing
    }

    package var origin: Origin
    /// The webhook's name, or the hook's.
    package var hook: String
    package var repository: String
    package var connection: ConnectionARN
    package var url: String
    /// The host's id of the hook.
    package var hostID: String?
    package var state: State
    /// The failure's type, e.g. `PermissionError`, and its words.
    package var errorCode: String?
    package var errorMessage: String?
    /// Failures in a row.
    package var attempts: Int
    /// Seconds since 1970.
    package var tryAgain: Double?

    package var key: String { Self.key(origin, hook, repository) }

    /// A webhook has one hook at a host, wherever its target has gone meanwhile.
    package static func key(_ origin: Origin, _ hook: String, _ repository: String) -> String {
        origin == .webhook ? "webhook/\(hook)" : "hook/\(hook)/\(repository.lowercased())"
    }

    package init(
        origin: Origin, hook: String, repository: String, connection: ConnectionARN, url: String,
        hostID: String? = nil, state: State, errorCode: String? = nil, errorMessage: String? = nil, attempts: Int = 0,
        tryAgain: Double? = nil
    ) {
        self.origin = origin
        self.hook = hook
        self.repository = repository
        self.connection = connection
        self.url = url
        self.hostID = hostID
        self.state = state
        self.errorCode = errorCode
        self.errorMessage = errorMessage
        self.attempts = attempts
        self.tryAgain = tryAgain
    }
}
