import PipelineModel
package import PluginKit

/// Reads Bitbucket Data Center's and Server's deliveries: one pass over the text and nothing else.
///
/// `repo:refs_changed` gives one event for each of its refs, and a pull request one when it was opened, got commits,
/// or was closed in any way. The test of a hook comes unsigned and is never read.
package struct BitbucketServerWebhook: WebhookProvider {
    package init() {}

    package var name: String { BitbucketForm.server }
    package var signature: WebhookSignature { .hmacSHA256(header: "X-Hub-Signature", prefix: "sha256=") }
    package var deliveryIDHeaders: [String] { ["X-Request-Id"] }
    package var eventHeaders: [String] { ["X-Event-Key"] }
    package var unsignedEvents: Set<String> { ["diagnostics:ping"] }

    package func parse(_ verified: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery {
        let json = verified.delivery.body
        switch verified.event {
        case "":
            throw .unexpectedShape("the \(eventHeaders[0]) header, which names the event, is missing")
        case "repo:refs_changed":
            return try ServerPushPayload.read(from: json).parsed()
        case "pr:opened":
            return try ServerPullRequestPayload.read(from: json).parsed(as: .open, merged: nil)
        case "pr:from_ref_updated":
            return try ServerPullRequestPayload.read(from: json).parsed(as: .updated, merged: nil)
        case "pr:merged":
            return try ServerPullRequestPayload.read(from: json).parsed(as: .closed, merged: true)
        case "pr:declined":
            return try ServerPullRequestPayload.read(from: json).parsed(as: .closed, merged: false)
        case "pr:deleted":
            return try ServerPullRequestPayload.read(from: json).parsedDeletion()
        case let event:
            try AnyPayload.read(from: json).check()
            return ParsedDelivery(ignored: Self.reason(for: event))
        }
    }

    private static func reason(for event: String) -> String {
        switch event {
        case "diagnostics:ping": "ping"
        case "pr:modified": "pr:modified: only the request's text, target or draft mark has changed, not its commits"
        case "mirror:repo_synchronized":
            "mirror:repo_synchronized: the repository's own repo:refs_changed says it once for all mirrors"
        default: "the event '\(event.prefix(100))' starts nothing"
        }
    }
}
