public import Foundation
public import PipelineModel

/// How one host's deliveries are told apart and verified, before anything reads them.
///
/// The gate reads a delivery in a fixed order: it verifies the raw bytes by ``signature``, in constant time, and only
/// then hands the verified delivery on.
public protocol WebhookScheme: Sendable {
    /// As written in a hook's `provider:`, e.g. `GitHub`.
    var name: String { get }
    /// How a delivery proves that it comes from the host.
    var signature: WebhookSignature { get }
    /// The headers that identify a delivery for the second, third … time; the first that is there counts. Absent from
    /// a delivery: the gate uses the SHA-256 of its body.
    var deliveryIDHeaders: [String] { get }
    /// The headers that name the kind of event; the first that is there counts.
    var eventHeaders: [String] { get }
    /// Kinds of events that the host sends without a signature to test a hook: answered with 200, never read.
    var unsignedEvents: Set<String> { get }
    /// Whether a hook must name the connection that it speaks for. Not where deliveries tell of no Git repository.
    var needsConnection: Bool { get }
}

extension WebhookScheme {
    public var unsignedEvents: Set<String> { [] }
    public var needsConnection: Bool { true }
}

/// Turns one host's deliveries into source events, at once and without I/O: the answer waits for it.
public protocol WebhookProvider: WebhookScheme {
    /// What the delivery says. Called again with the same delivery, it answers the same.
    ///
    /// - Throws: ``PayloadError`` when the body is not what the event header promises.
    func parse(_ delivery: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery

    /// The one that reads what comes to hooks of this connection: it knows what the gateway itself does there, so that
    /// nothing starts by its own doing. Asked when hooks are made or connections change.
    func reader(for connection: Connection) -> any WebhookProvider
}

extension WebhookProvider {
    public func reader(for connection: Connection) -> any WebhookProvider { self }
}

/// Turns one host's deliveries into source events by asking somebody else, e.g. a child process. It is asked after
/// the delivery is on disk and answered; a failure that may pass is tried again, at last the delivery is parked.
public protocol DeferredWebhookProvider: WebhookScheme {
    /// What the delivery says. May be called several times for one delivery.
    ///
    /// - Throws: `configurationError` when it can never be read, any other type when it may be later.
    func translate(
        _ delivery: VerifiedDelivery, host: any PluginHost
    ) async throws(FailureDetails) -> ParsedDelivery
}

public indirect enum WebhookSignature: Sendable, Equatable {
    /// `prefix` + lower-case hex HMAC-SHA256 of the signed text under the hook's secret. An empty digest is a miss.
    case hmacSHA256(header: String, prefix: String, of: SignedText = .body)
    /// The secret itself stands in a header, e.g. `X-Gitlab-Token`.
    case token(header: String)
    /// `Authorization: Basic` with the secret as password and any user name, or `Authorization: Bearer` with it.
    case authorization
    /// Standard Webhooks: `webhook-id`, `webhook-timestamp` (seconds, at most `tolerance` from now) and
    /// `webhook-signature` (`v1,` + base64 HMAC-SHA256 of `id.timestamp.body`, several separated by spaces). The key is
    /// the base64 after `whsec_`, or the secret's own bytes.
    case standardWebhooks(tolerance: Int)
    /// The first whose header the delivery has must verify; no later one is fallen back to.
    case firstPresent([WebhookSignature])

    public enum SignedText: Sendable, Equatable {
        /// The raw body.
        case body
        /// The decoded field of a form body; the raw body of any other.
        case formField(String)
    }
}

/// A delivery as it came in: nothing about it is trusted yet.
public struct WebhookDelivery: Sendable {
    public let headers: [(name: String, value: String)]
    public let body: Data
    /// Who sent it, as far as proxies that are trusted say so; `nil` when it isn't known.
    public var remoteAddress: String?

    public init(headers: [(name: String, value: String)], body: Data, remoteAddress: String? = nil) {
        self.headers = headers
        self.body = body
        self.remoteAddress = remoteAddress
    }

    /// The first header of that name, compared without regard to case.
    public func header(_ name: String) -> String? {
        headers.firstValue(ofHeader: name)
    }

    /// The value of the first of these headers that is there and not empty.
    public func header(firstOf names: [String]) -> String? {
        for name in names { if let value = header(name), !value.isEmpty { return value } }
        return nil
    }
}

/// A delivery whose signature was checked. Only the gate makes one.
public struct VerifiedDelivery: Sendable {
    public let delivery: WebhookDelivery
    /// The event header's value, or an empty string.
    public let event: String

    /// For the gate, after it has checked the signature, and for tests of parsers.
    package init(verified delivery: WebhookDelivery, event: String) {
        self.delivery = delivery
        self.event = event
    }
}

public struct ParsedDelivery: Sendable, Equatable {
    public var events: [SourceEvent]
    /// Why there are no events, in one clause, e.g. `ping`; `nil` when there are some.
    public var ignored: String?

    public init(events: [SourceEvent]) {
        self.events = events
        self.ignored = nil
    }

    public init(ignored reason: String) {
        self.events = []
        self.ignored = reason
    }
}

public enum PayloadError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Not JSON, or a form without the field that should hold it.
    case notJSON(String)
    /// JSON that lacks what this event must have.
    case unexpectedShape(String)

    public var description: String {
        switch self {
        case .notJSON(let reason): "the body is not JSON: \(reason)"
        case .unexpectedShape(let reason): "the payload lacks what its event promises: \(reason)"
        }
    }
}
