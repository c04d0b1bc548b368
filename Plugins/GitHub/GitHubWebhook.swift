import Foundation
package import PluginKit

/// Reads GitHub's deliveries. The hot path of every push: one pass over the text and nothing else.
///
/// A push gives one event, and so does a pull request that was opened, got new commits or was closed. Every other event is read far enough to know that it is JSON, and ignored with a reason.
package struct GitHubWebhook: WebhookProvider {
    package init() {}

    package var name: String { "GitHub" }
    package var signature: WebhookSignature { .hmacSHA256(header: "X-Hub-Signature-256", prefix: "sha256=") }
    package var deliveryIDHeaders: [String] { ["X-GitHub-Delivery"] }
    package var eventHeaders: [String] { ["X-GitHub-Event"] }

    package func parse(_ verified: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery {
        let json = try Self.json(of: verified.delivery)
        switch verified.event {
        case "push":
            return try read(PushPayload.self, from: json)
        case "pull_request":
            return try read(PullRequestPayload.self, from: json)
        case "":
            throw .unexpectedShape("the \(eventHeaders[0]) header, which names the event, is missing")
        case "ping":
            _ = try read(AnyPayload.self, from: json)
            return ParsedDelivery(ignored: "ping")
        case "create", "delete":
            _ = try read(AnyPayload.self, from: json)
            return ParsedDelivery(ignored: "\(verified.event): the push event says it with its commit")
        case let event:
            _ = try read(AnyPayload.self, from: json)
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

    /// Reads the text to its end first: what is no JSON is that, whatever its members are.
    private func read<Payload: GitHubPayload>(
        _ type: Payload.Type, from json: Data
    ) throws(PayloadError) -> ParsedDelivery {
        let payload: Payload
        do throws(JSONFault) {
            var reader = try JSONReader(json)
            payload = try Payload(reading: &reader)
            try reader.finish()
        } catch {
            throw .notJSON("its text breaks JSON's rules")
        }
        return try payload.parsed()
    }
}
