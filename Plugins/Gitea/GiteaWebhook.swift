import Foundation
package import PluginKit

/// Reads the deliveries of Gitea, Forgejo and Gogs: one pass over the text.
///
/// The forges repeat their headers under the names of those that they come from; the delivery's own name is looked for
/// first. Without a secret the signature's header is there and empty, which proves nothing.
package struct GiteaWebhook: WebhookProvider {
    private let dialect: GiteaDialect

    package init(_ dialect: GiteaDialect) { self.dialect = dialect }

    package var name: String { dialect.rawValue }
    /// The digest covers the JSON text: of a form body the decoded field.
    package var signature: WebhookSignature {
        .firstPresent(
            headers("Signature").map { .hmacSHA256(header: $0, prefix: "", of: .formField("payload")) })
    }
    package var deliveryIDHeaders: [String] { headers("Delivery") }
    package var eventHeaders: [String] { headers("Event") }

    private func headers(_ name: String) -> [String] {
        let forges =
            switch dialect {
            case .gitea, .forgejo: ["Forgejo", "Gitea", "Gogs"]
            case .gogs: ["Gogs"]
            }
        return forges.map { "X-\($0)-\(name)" }
    }

    package func parse(_ verified: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery {
        let payload = try Self.payload(of: verified.delivery)
        switch verified.event {
        case "push": return try payload.push()
        case "create": return ParsedDelivery(ignored: "create: the push event says it with its commit")
        case "delete": return try payload.deletedRef()
        case "pull_request", "pull_request_sync": return try payload.pullRequestEvent()
        case "release": return try payload.releaseEvent()
        case "":
            throw .unexpectedShape("the \(eventHeaders[0]) header, which names the event, is missing")
        case let event: return ParsedDelivery(ignored: "the event '\(event.prefix(100))' starts nothing")
        }
    }

    private static func payload(of delivery: WebhookDelivery) throws(PayloadError) -> GiteaPayload {
        let json = try json(of: delivery)
        let payload: GiteaPayload
        do throws(JSONFault) {
            var reader = try JSONReader(json)
            payload = try GiteaPayload(reading: &reader)
            try reader.finish()
        } catch {
            throw .notJSON("its text breaks JSON's rules")
        }
        guard payload.isObject else { throw .unexpectedShape("the payload has another type than expected") }
        return payload
    }

    /// The body itself, or the field `payload` where the hook's content type is a form.
    private static func json(of delivery: WebhookDelivery) throws(PayloadError) -> Data {
        let type = delivery.header("Content-Type")?.lowercased() ?? ""
        guard type.hasPrefix("application/x-www-form-urlencoded") else { return delivery.body }
        guard let payload = FormField.value(of: "payload", in: delivery.body) else {
            throw .notJSON("a form without the field 'payload', or one that is badly encoded")
        }
        return payload
    }
}
