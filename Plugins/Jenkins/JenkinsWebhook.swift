import Foundation
package import PluginKit

/// Reads what the Notification plugin sends: the completion of a build is an event, everything else a stated reason.
///
/// The plugin signs nothing. A secret comes as `https://USER:SECRET@…` in the endpoint's URL, which it turns into
/// `Authorization: Basic`; deliveries have no id, so equal bodies are the same delivery.
package struct JenkinsWebhook: WebhookProvider {
    package init() {}

    package var name: String { "Jenkins" }
    package var signature: WebhookSignature { .authorization }
    package var deliveryIDHeaders: [String] { [] }
    package var eventHeaders: [String] { [] }
    package var needsConnection: Bool { false }

    package func parse(_ verified: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery {
        let json = try Self.json(of: verified.delivery)
        let payload: NotificationPayload
        do throws(JSONFault) {
            var reader = try JSONReader(json)
            payload = try NotificationPayload(reading: &reader)
            try reader.finish()
        } catch {
            throw .notJSON("its text breaks JSON's rules")
        }
        return try payload.parsed(cloudEventType: verified.delivery.header("ce-type"))
    }

    private static func json(of delivery: WebhookDelivery) throws(PayloadError) -> Data {
        let type = delivery.header("Content-Type")?.lowercased() ?? ""
        let first = delivery.body.first { $0 > 0x20 }
        if type.contains("xml") || first == UInt8(ascii: "<") {
            throw .notJSON("it is XML: choose the format JSON at the endpoint's settings in Jenkins")
        }
        guard type.hasPrefix("application/x-www-form-urlencoded"), first != UInt8(ascii: "{") else {
            return delivery.body
        }
        guard let payload = FormField.value(of: "payload", in: delivery.body) else {
            throw .notJSON("a form without the field 'payload', or one that is badly encoded")
        }
        return payload
    }
}
