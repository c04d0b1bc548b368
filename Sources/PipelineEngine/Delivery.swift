package import Foundation
package import PipelineModel

/// A webhook delivery on its way into the journal.
package struct Delivery: Sendable, Equatable {
    package var hook: HookID
    /// The hook's name in the configuration.
    package var hookName: String
    package var provider: String
    /// The host's id of it; repeated deliveries carry the same.
    package var deliveryID: String
    /// The event header's value.
    package var event: String
    /// Seconds since 1970.
    package var receivedAt: Double
    /// Without credentials and signatures.
    package var headers: [String: String]
    package var body: Data
    package var content: Content
    /// The delivery that this one repeats by hand: then the id may recur.
    package var replayOf: Int64?

    package enum Content: Sendable, Equatable {
        case events([SourceEvent])
        /// Verified, but nothing that could start a pipeline.
        case ignored(reason: String)
        /// Not accepted: the code that the caller got and the reason that only the journal holds.
        case refused(code: String, reason: String)
    }

    package init(
        hook: HookID, hookName: String, provider: String, deliveryID: String, event: String, receivedAt: Double,
        headers: [String: String], body: Data, content: Content, replayOf: Int64? = nil
    ) {
        self.hook = hook
        self.hookName = hookName
        self.provider = provider
        self.deliveryID = deliveryID
        self.event = event
        self.receivedAt = receivedAt
        self.headers = headers
        self.body = body
        self.content = content
        self.replayOf = replayOf
    }
}

/// The matchmaker's word on one event and one binding of the same repository.
package enum MatchVerdict: Sendable, Equatable {
    case starts(StartRequest)
    /// Only the host knows the paths that decide.
    case asks(ChangedPathsQuestion)
    case no(reason: String)
}

/// What recording a delivery led to.
package struct DeliveryReceipt: Sendable, Equatable {
    /// Its place in the journal.
    package var sequence: Int64
    /// The same (hook, delivery id) had been accepted before: nothing was done.
    package var isDuplicate: Bool
    package var decisions: [DeliveryDecision]

    package init(sequence: Int64, isDuplicate: Bool, decisions: [DeliveryDecision]) {
        self.sequence = sequence
        self.isDuplicate = isDuplicate
        self.decisions = decisions
    }
}

/// What a delivery did to one pipeline, or why it did nothing.
package struct DeliveryDecision: Codable, Sendable, Equatable {
    /// `nil`: it speaks for all pipelines, e.g. "no pipeline has a source in acme/app".
    package var pipeline: PipelineName?
    package var started: ExecutionID?
    package var reason: String
    /// The question about changed paths that has no final answer yet.
    package var question: SubjectID?

    package init(pipeline: PipelineName?, started: ExecutionID?, reason: String, question: SubjectID? = nil) {
        self.pipeline = pipeline
        self.started = started
        self.reason = reason
        self.question = question
    }
}

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

    package init(
        sequence: Int64, hook: HookID, hookName: String, provider: String, deliveryID: String, event: String,
        receivedAt: Double, headers: [String: String], body: Data?, bodySize: Int, outcome: String, reason: String?,
        decisions: [DeliveryDecision], replayOf: Int64?
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
    }
}
