public import Foundation
public import PipelineModel

/// Makes, repairs and removes a repository's hook at its host, and reads the host's log of deliveries where there is
/// one (``DeliveryLog``).
public protocol HookRegistrar: Sendable {
    /// The `provider` of the connections that it speaks for.
    var provider: String { get }

    /// Makes the hook, or puts the one that already has this URL right: events, secret, active again after the host
    /// has switched it off. Called again with the same wish it changes nothing.
    ///
    /// - Throws: `permissionError` when the credential may not manage hooks, `configurationError` when the host refuses
    ///   the wish, `systemUnavailable` when it may work later.
    func register(
        _ hook: HookWish, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> RegisteredHook

    /// Removes every hook of the repository that has this URL; one that is gone is no error.
    func remove(_ hook: HookWish, on connection: Connection, host: any PluginHost) async throws(FailureDetails)
}

/// A hook as it should be at the host.
public struct HookWish: Sendable {
    /// As the host writes it, e.g. `acme/app`.
    public let repository: String
    /// Where deliveries go, e.g. `https://penstock.example/hooks/3f…`.
    public let url: String
    /// The user is not looked at. Prints as `****`.
    public let secret: Credential?

    public init(repository: String, url: String, secret: Credential?) {
        self.repository = repository
        self.url = url
        self.secret = secret
    }
}

public struct RegisteredHook: Sendable, Equatable, Codable {
    public enum Change: String, Sendable, Codable { case created, repaired, unchanged }

    /// The host's id of the hook.
    public let id: String
    public let change: Change

    public init(id: String, change: Change) {
        self.id = id
        self.change = change
    }
}

/// A host's own log of what it has sent: what was lost while the gateway was away is read from it.
public protocol DeliveryLog: Sendable {
    var provider: String { get }
    /// Seconds that the log reaches back.
    var reach: Double { get }

    /// The deliveries to this hook since a time that the host counts as failed, oldest first, each once (a later
    /// success of the same delivery takes it off the list), with the headers and the body that were sent.
    func undelivered(
        _ hook: HookWish, since: Date, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [LoggedDelivery]
}

/// One delivery out of a host's log. It came over the connection's own credential, so it counts as verified.
public struct LoggedDelivery: Sendable {
    /// The value of the scheme's delivery id header.
    public let id: String
    public let event: String
    public let delivery: WebhookDelivery

    public init(id: String, event: String, delivery: WebhookDelivery) {
        self.id = id
        self.event = event
        self.delivery = delivery
    }
}
