public import Foundation
public import PipelineModel

/// Turns one host's deliveries into source events.
///
/// The gate reads a delivery in a fixed order: it verifies the raw bytes by ``signature``, in constant time, and
/// only then hands the verified delivery to ``parse(_:)``. Both are pure: no I/O before the answer.
public protocol WebhookProvider: Sendable {
    /// As written in a hook's `provider:`, e.g. `GitHub`.
    var name: String { get }
    /// How a delivery proves that it comes from the host.
    var signature: WebhookSignature { get }
    /// The header that identifies a delivery for the second, third … time. Absent from a delivery: the gate uses
    /// the SHA-256 of its body.
    var deliveryIDHeader: String { get }
    /// The header that names the kind of event.
    var eventHeader: String { get }

    /// What the delivery says. Called again with the same delivery, it answers the same.
    ///
    /// - Throws: ``PayloadError`` when the body is not what the event header promises.
    func parse(_ delivery: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery
}

public enum WebhookSignature: Sendable, Equatable {
    /// `prefix` + lower-case hex HMAC-SHA256 of the raw body under the hook's secret.
    case hmacSHA256(header: String, prefix: String)
}

/// A delivery as it came in: nothing about it is trusted yet.
public struct WebhookDelivery: Sendable {
    public let headers: [(name: String, value: String)]
    public let body: Data

    public init(headers: [(name: String, value: String)], body: Data) {
        self.headers = headers
        self.body = body
    }

    /// The first header of that name, compared without regard to case.
    public func header(_ name: String) -> String? {
        headers.firstValue(ofHeader: name)
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
