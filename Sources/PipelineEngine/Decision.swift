package import PipelineModel

/// What a command led to: the ledger writes all of it in one transaction, or nothing.
package struct Decision: Sendable, Equatable {
    /// The state afterwards; `nil` when the pipeline is gone.
    package var state: PipelineState?
    package var events: [PipelineEvent]
    package var effects: [EffectChange]
    package var outcome: CommandOutcome
    /// The executions that left the state by this decision, in their last form: the ledger's rows alone hold them
    /// from now on.
    package var departed: [PipelineExecution]

    package init(
        state: PipelineState?, events: [PipelineEvent], effects: [EffectChange], outcome: CommandOutcome,
        departed: [PipelineExecution] = []
    ) {
        self.state = state
        self.events = events
        self.effects = effects
        self.outcome = outcome
        self.departed = departed
    }
}

/// The facts that a decision may use besides the state: the machine reads no clock and rolls no dice.
package struct DecisionContext {
    /// Seconds since 1970.
    package var now: Double
    package var ids: any IDSource
    package var settings: EngineSettings
    /// Finished executions that have left the state, as the ledger holds them within the same write.
    package var history: (ExecutionID) -> PipelineExecution?

    package init(
        now: Double, ids: any IDSource, settings: EngineSettings,
        history: @escaping (ExecutionID) -> PipelineExecution? = { _ in nil }
    ) {
        self.now = now
        self.ids = ids
        self.settings = settings
        self.history = history
    }
}

/// What the composition tells the engine once, at the start.
package struct EngineSettings: Sendable {
    package var region: String
    package var account: String
    /// Seconds until an attempt times out, by type; other types get an hour (spec: execution-semantics §15).
    package var actionTimeouts: [ActionTypeID: Int]
    /// Seconds that a type's work may go on without any reply, e.g. Lambda's 20 minutes; none for other types.
    package var replyTimeouts: [ActionTypeID: Int]
    /// Whether the host of a connection is told how each stage stands that works on its commits. Asked within
    /// decisions: quick, and without I/O.
    package var commitStatuses: @Sendable (ConnectionARN) -> Bool
    /// Seconds until an approval without `timeoutInMinutes` expires.
    package var approvalTimeout: Int
    /// Seconds until a rule without `timeoutInMinutes` times out, by type; other types get an hour.
    package var ruleTimeouts: [RuleTypeID: Int]
    /// Seconds that a worker has to acknowledge a job that it was given.
    package var acknowledgementTimeout: Double

    package init(
        region: String = "us-east-1", account: String = "000000000000", actionTimeouts: [ActionTypeID: Int] = [:],
        approvalTimeout: Int = 7 * 86_400, ruleTimeouts: [RuleTypeID: Int] = [:],
        replyTimeouts: [ActionTypeID: Int] = [:], acknowledgementTimeout: Double = 300,
        commitStatuses: @escaping @Sendable (ConnectionARN) -> Bool = { _ in false }
    ) {
        self.region = region
        self.account = account
        self.actionTimeouts = actionTimeouts
        self.approvalTimeout = approvalTimeout
        self.ruleTimeouts = ruleTimeouts
        self.replyTimeouts = replyTimeouts
        self.commitStatuses = commitStatuses
        self.acknowledgementTimeout = acknowledgementTimeout
    }
}

/// Where new ids come from.
package protocol IDSource: Sendable {
    /// A UUID in lower case.
    mutating func uuid() -> String
    /// Random letters and digits, for artifact keys.
    mutating func alphanumerics(_ count: Int) -> String
}
