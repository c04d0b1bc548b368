package import Foundation
package import PipelineModel

/// A delivery as the journal keeps it.
package struct JournalEntry: Codable, Sendable, Equatable {
    package var sequence: Int64
    package var hook: HookID
    package var hookName: String
    package var provider: String
    package var deliveryID: String
    package var event: String
    package var receivedAt: Double
    package var headers: [String: String]
    /// Left out of lists.
    package var body: Data?
    package var bodySize: Int
    /// `accepted`, `ignored`, `duplicate`, or the refusal's code.
    package var outcome: String
    package var reason: String?
    package var decisions: [DeliveryDecision]
    package var replayOf: Int64?
    /// `nil`: it came to the hook.
    package var origin: Delivery.Origin?
    /// What was found out after the answer, or found without a delivery; `nil`: the body says it all. Left out of lists.
    package var events: [SourceEvent]?
    /// `nil`: nothing about it is open.
    package var deferral: Deferral?

    /// What is still to be found out about a delivery.
    package struct Deferral: Codable, Sendable, Equatable {
        /// Attempts that have failed.
        package var attempts: Int
        /// Seconds since 1970 when it was put off first.
        package var since: Double
        package var dueAt: Double
        /// It is tried no more until somebody replays it.
        package var isParked: Bool
        /// Why the last attempt failed.
        package var reason: String?
        /// See ``Delivery/only``.
        package var only: PipelineName?

        package init(
            attempts: Int = 0, since: Double, dueAt: Double, isParked: Bool = false, reason: String? = nil,
            only: PipelineName? = nil
        ) {
            self.attempts = attempts
            self.since = since
            self.dueAt = dueAt
            self.isParked = isParked
            self.reason = reason
            self.only = only
        }
    }

    package init(
        sequence: Int64, hook: HookID, hookName: String, provider: String, deliveryID: String, event: String,
        receivedAt: Double, headers: [String: String], body: Data?, bodySize: Int, outcome: String, reason: String?,
        decisions: [DeliveryDecision], replayOf: Int64?, origin: Delivery.Origin? = nil, events: [SourceEvent]? = nil,
        deferral: Deferral? = nil
    ) {
        self.sequence = sequence
        self.hook = hook
        self.hookName = hookName
        self.provider = provider
        self.deliveryID = deliveryID
        self.event = event
        self.receivedAt = receivedAt
        self.headers = headers
        self.body = body
        self.bodySize = bodySize
        self.outcome = outcome
        self.reason = reason
        self.decisions = decisions
        self.replayOf = replayOf
        self.origin = origin
        self.events = events
        self.deferral = deferral
    }
}

/// Which entries of the journal are wanted.
package struct JournalFilter: Sendable, Equatable {
    /// The hook's name or id.
    package var hook: String?
    package var outcome: String?
    package var parkedOnly: Bool
    /// Seconds since 1970.
    package var since: Double?

    package init(hook: String? = nil, outcome: String? = nil, parkedOnly: Bool = false, since: Double? = nil) {
        self.hook = hook
        self.outcome = outcome
        self.parkedOnly = parkedOnly
        self.since = since
    }
}
