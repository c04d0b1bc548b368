import Foundation
package import PluginKit

/// Reads GitLab's deliveries: one pass over the text, whatever kind of event it turns out to hold.
///
/// GitLab switches a hook off after a few answers of 4xx. So nothing that is JSON is refused here: what starts nothing,
/// what a custom template made and what lacks a fact is ignored, with the reason in the journal.
package struct GitLabWebhook: WebhookProvider {
    package init() {}

    package var name: String { "GitLab" }
    /// A signing token (19.0) signs the bytes; only where it isn't set does the plain token count.
    package var signature: WebhookSignature {
        .firstPresent([.standardWebhooks(tolerance: 300), .token(header: "X-Gitlab-Token")])
    }
    /// The second one is for servers before 17.4: the hooks of one event share it, and a hook sees it once.
    package var deliveryIDHeaders: [String] { ["Idempotency-Key", "X-Gitlab-Event-UUID"] }
    package var eventHeaders: [String] { ["X-Gitlab-Event"] }

    package func parse(_ verified: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery {
        let payload: GitLabPayload
        do throws(JSONFault) {
            var reader = try JSONReader(verified.delivery.body)
            payload = try GitLabPayload(reading: &reader)
            try reader.finish()
        } catch {
            throw .notJSON("its text breaks JSON's rules")
        }
        do throws(UnknownShape) {
            return try payload.parsed()
        } catch {
            return ParsedDelivery(ignored: "\(error.reason); a custom template?")
        }
    }
}

/// JSON that isn't what GitLab sends.
struct UnknownShape: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
