import PipelineModel
package import PluginKit

/// Reads Bitbucket Cloud's deliveries: one pass over the text and nothing else.
///
/// A push gives one event for each of its changes. A pull request gives one when it was opened, updated or merged; its
/// commits are abbreviated, so the event stays open until the host was asked. Every other event is read far enough to
/// know that it is JSON, and ignored with a reason.
package struct BitbucketWebhook: WebhookProvider {
    package init() {}

    package var name: String { BitbucketForm.cloud }
    package var signature: WebhookSignature { .hmacSHA256(header: "X-Hub-Signature", prefix: "sha256=") }
    package var deliveryIDHeaders: [String] { ["X-Request-UUID"] }
    package var eventHeaders: [String] { ["X-Event-Key"] }

    package func parse(_ verified: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery {
        let json = verified.delivery.body
        switch verified.event {
        case "":
            throw .unexpectedShape("the \(eventHeaders[0]) header, which names the event, is missing")
        case "repo:push":
            return try CloudPushPayload.read(from: json).parsed()
        case "pullrequest:created":
            return try CloudPullRequestPayload.read(from: json).parsed(as: .open)
        case "pullrequest:updated":
            return try CloudPullRequestPayload.read(from: json).parsed(as: .updated)
        case "pullrequest:fulfilled":
            return try CloudPullRequestPayload.read(from: json).parsed(as: .closed)
        case "pullrequest:rejected":
            try AnyPayload.read(from: json).check()
            return ParsedDelivery(
                ignored: "pullrequest:rejected: at Bitbucket, a pull request counts as CLOSED when it is merged")
        case let event:
            try AnyPayload.read(from: json).check()
            return ParsedDelivery(ignored: "the event '\(event.prefix(100))' starts nothing")
        }
    }
}
