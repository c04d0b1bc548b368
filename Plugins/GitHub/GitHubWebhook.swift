import Foundation
package import PluginKit

/// Reads GitHub's deliveries. The hot path of every push: one typed decode and nothing else.
///
/// A push gives one event. Every other event is read far enough to know that it is JSON, and ignored with a reason.
package struct GitHubWebhook: WebhookProvider {
    package init() {}

    package var name: String { "GitHub" }
    package var signature: WebhookSignature { .hmacSHA256(header: "X-Hub-Signature-256", prefix: "sha256=") }
    package var deliveryIDHeader: String { "X-GitHub-Delivery" }
    package var eventHeader: String { "X-GitHub-Event" }

    package func parse(_ verified: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery {
        let json = try Self.json(of: verified.delivery)
        switch verified.event {
        case "push":
            return try decode(PushPayload.self, from: json).parsed()
        case "":
            throw .unexpectedShape("the \(eventHeader) header, which names the event, is missing")
        case "ping":
            _ = try decode(AnyPayload.self, from: json)
            return ParsedDelivery(ignored: "ping")
        case "create", "delete":
            _ = try decode(AnyPayload.self, from: json)
            return ParsedDelivery(ignored: "\(verified.event): the push event says it with its commit")
        case let event:
            _ = try decode(AnyPayload.self, from: json)
            return ParsedDelivery(ignored: "the event '\(event.prefix(100))' starts nothing")
        }
    }

    /// The JSON text: the body itself, or the field `payload` where the hook's content type is a form.
    static func json(of delivery: WebhookDelivery) throws(PayloadError) -> Data {
        let type = delivery.header("Content-Type")?.lowercased() ?? ""
        guard type.hasPrefix("application/x-www-form-urlencoded") else { return delivery.body }
        guard let payload = FormField.value(of: "payload", in: delivery.body) else {
            throw .notJSON("a form without the field 'payload', or one that is badly encoded")
        }
        return payload
    }

    private func decode<T: Decodable>(_ type: T.Type, from json: Data) throws(PayloadError) -> T {
        do {
            return try JSONDecoder().decode(type, from: json)
        } catch {
            throw PayloadError(decoding: error)
        }
    }
}

extension PayloadError {
    /// Names the place and never the value: payloads may hold what the journal must not show.
    fileprivate init(decoding error: any Error) {
        let context: DecodingError.Context
        var missing: String?
        switch error {
        case DecodingError.keyNotFound(let key, let found): (context, missing) = (found, key.stringValue)
        case DecodingError.typeMismatch(_, let found), DecodingError.valueNotFound(_, let found): context = found
        case DecodingError.dataCorrupted(let found) where !found.codingPath.isEmpty: context = found
        default:
            self = .notJSON("its text breaks JSON's rules")
            return
        }
        let place = (context.codingPath.map(\.stringValue) + [missing].compactMap { $0 }).joined(separator: ".")
        let subject = place.isEmpty ? "the payload" : "'\(place)'"
        self = .unexpectedShape(missing == nil ? "\(subject) has another type than expected" : "\(subject) is missing")
    }
}
