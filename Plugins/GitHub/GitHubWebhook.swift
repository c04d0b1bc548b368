import Foundation
package import PluginKit

/// Reads GitHub's deliveries. The hot path of every push: one pass over the text and nothing else.
///
/// A push gives one event, and so does a pull request that was opened, got new commits or was closed, a release, and a
/// workflow, check or suite of checks that has ended. Every other event is read far enough to know that it is JSON, and
/// ignored with a reason.
package struct GitHubWebhook: WebhookProvider {
    /// The App as which this gateway shows stages: its id or client id.
    private let ownApp: String?

    package init() { ownApp = nil }

    private init(ownApp: String?) { self.ownApp = ownApp }

    package func reader(for connection: Connection) -> any WebhookProvider {
        GitHubWebhook(ownApp: connection.options["app_id"])
    }

    package var name: String { "GitHub" }
    package var signature: WebhookSignature { .hmacSHA256(header: "X-Hub-Signature-256", prefix: "sha256=") }
    package var deliveryIDHeaders: [String] { ["X-GitHub-Delivery"] }
    package var eventHeaders: [String] { ["X-GitHub-Event"] }

    package func parse(_ verified: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery {
        let json = try Self.json(of: verified.delivery)
        let event = verified.event
        if let kind = BuildPayload.Kind(rawValue: event) {
            return try Self.read(json) { reader throws(JSONFault) in
                try BuildPayload(kind, ownApp: ownApp, reading: &reader)
            }
        }
        switch event {
        case "push": return try Self.read(json, PushPayload.init(reading:))
        case "pull_request": return try Self.read(json, PullRequestPayload.init(reading:))
        case "release": return try Self.read(json, ReleasePayload.init(reading:))
        case "": throw .unexpectedShape("the \(eventHeaders[0]) header, which names the event, is missing")
        default:
            return try Self.read(json) { reader throws(JSONFault) in
                try AnyPayload(reading: &reader) { action in Self.reason(toIgnore: event, action: action) }
            }
        }
    }

    private static func reason(toIgnore event: String, action: String?) -> String {
        switch event {
        case "ping": "ping"
        case "create", "delete": "\(event): the push event says it with its commit"
        case "installation", "installation_repositories":
            "\(event)\(action.map { " \($0)" } ?? ""): what the App may read is asked of GitHub when it is needed"
        default: "the event '\(event.prefix(100))' starts nothing"
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
    private static func read<Payload: GitHubPayload>(
        _ json: Data, _ read: (inout JSONReader) throws(JSONFault) -> Payload
    ) throws(PayloadError) -> ParsedDelivery {
        let payload: Payload
        do throws(JSONFault) {
            var reader = try JSONReader(json)
            payload = try read(&reader)
            try reader.finish()
        } catch {
            throw .notJSON("its text breaks JSON's rules")
        }
        return try payload.parsed()
    }
}
