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
    package var origin: Origin
    /// For whose repositories it speaks; by it the ledger keeps what is known of their refs.
    package var connection: ConnectionARN?
    /// A replay to one pipeline: the others aren't asked.
    package var only: PipelineName?
    /// What the hook's configuration starts beside the pipelines with a source in the repository.
    package var rules: [StartRule]
    /// Of refused ones: its sender had proved itself, so the fault may be ours; it is parked until somebody replays it.
    package var isParked = false

    /// How we came to know of it. Stored by its raw value.
    package enum Origin: String, Sendable, Codable {
        case hook
        /// Read from the host's log of what it could not deliver.
        case recovered
        /// Nothing was delivered: a look at the refs has found what had changed.
        case refs
    }

    package enum Content: Sendable, Equatable {
        case events([SourceEvent])
        /// Verified, but what it says is found out after the answer: its translator or the host must be asked. The
        /// events that are known already, to tell whether anybody listens; empty: none is.
        case deferred([SourceEvent])
        /// Verified, but nothing that could start a pipeline.
        case ignored(reason: String)
        /// Not accepted: the code that the caller got and the reason that only the journal holds.
        case refused(code: String, reason: String)
    }

    package init(
        hook: HookID, hookName: String, provider: String, deliveryID: String, event: String, receivedAt: Double,
        headers: [String: String], body: Data, content: Content, replayOf: Int64? = nil, origin: Origin = .hook,
        connection: ConnectionARN? = nil, only: PipelineName? = nil, rules: [StartRule] = []
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
        self.origin = origin
        self.connection = connection
        self.only = only
        self.rules = rules
    }
}

/// What recording a delivery led to.
package struct DeliveryReceipt: Sendable, Equatable {
    /// Its place in the journal.
    package var sequence: Int64
    /// The same (hook, delivery id) had been accepted before: nothing was done.
    package var isDuplicate: Bool
    /// Of a duplicate none: see ``former``.
    package var decisions: [DeliveryDecision]
    /// What the first delivery of a duplicate's id had led to so far.
    package var former: Former?
    /// It is looked into after the answer.
    package var isDeferred: Bool

    package struct Former: Sendable, Equatable {
        package var sequence: Int64
        package var decisions: [DeliveryDecision]
        package var reason: String?
        package var isDeferred: Bool

        package init(sequence: Int64, decisions: [DeliveryDecision], reason: String?, isDeferred: Bool) {
            self.sequence = sequence
            self.decisions = decisions
            self.reason = reason
            self.isDeferred = isDeferred
        }
    }

    package init(
        sequence: Int64, isDuplicate: Bool, decisions: [DeliveryDecision], former: Former? = nil,
        isDeferred: Bool = false
    ) {
        self.sequence = sequence
        self.isDuplicate = isDuplicate
        self.decisions = decisions
        self.former = former
        self.isDeferred = isDeferred
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
