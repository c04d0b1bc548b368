package import Foundation
import PipelineEngine
package import PipelineModel
package import PluginKit

package struct DeliveryList: Codable, Sendable { package var deliveries: [DeliveryView] }

/// A journal entry as commands show it.
package struct DeliveryView: Codable, Sendable {
    package var sequence: Int64
    package var hook: String
    package var provider: String
    package var deliveryId: String
    package var event: String
    package var receivedAt: Date
    package var outcome: String
    package var reason: String?
    package var bodySize: Int
    package var replayOf: Int64?
    /// What says most first: what was started, then what nearly was.
    package var decisions: [DecisionView]
    package var headers: [String: String]
    package var body: Data?
    /// `recovered` or `refs` when it didn't come to the hook.
    package var origin: String?
    /// `pending` or `parked` while it is looked into.
    package var state: String?
    package var stateReason: String?
    /// The same in a sentence, with what can be done about it.
    package var situation: String?
    /// What it says in the words that are the same for all hosts; only of one delivery.
    package var events: [SourceEvent]?

    init(_ entry: JournalEntry, now: Double = Date().timeIntervalSince1970) {
        sequence = entry.sequence
        hook = entry.hookName.isEmpty ? entry.hook.rawValue : entry.hookName
        provider = entry.provider
        deliveryId = entry.deliveryID
        event = entry.event
        receivedAt = Date(timeIntervalSince1970: entry.receivedAt)
        outcome = entry.outcome
        reason = entry.reason
        bodySize = entry.bodySize
        replayOf = entry.replayOf
        decisions = entry.decisions.byWeight().map(DecisionView.init)
        headers = entry.headers
        body = entry.body
        origin = entry.origin?.rawValue
        state = entry.deferral.map { $0.isParked ? "parked" : "pending" }
        stateReason = entry.deferral?.reason
        situation = entry.deferral.map {
            PipelineExplanation.OpenDelivery.situation($0, of: entry.sequence, now: now)
        }
    }
}

package struct DecisionView: Codable, Sendable {
    package var pipeline: String?
    package var started: String?
    package var reason: String

    init(_ decision: DeliveryDecision) {
        pipeline = decision.pipeline?.rawValue
        started = decision.started?.rawValue
        reason = decision.reason
    }
}

package struct DeliveryEvents: Codable, Sendable {
    package var events: [SettingValue]
    /// Those that the format has no word for, in few words each.
    package var withoutForm: [String]?
}

/// What a replay would do.
package struct RehearsalView: Codable, Sendable {
    package struct Decision: Codable, Sendable {
        package var pipeline: String?
        package var wouldStart: Bool
        package var reason: String
    }

    package var decisions: [Decision]
}

package struct ReplayView: Codable, Sendable {
    package var sequence: Int64
    package var decisions: [DecisionView]
}
