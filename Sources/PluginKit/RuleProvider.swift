public import Foundation
public import PipelineModel

/// Judges rules of one type in the conditions of stages.
///
/// A job is run at least once: after a crash the same job (same `id`) is given again, so being called twice must be
/// harmless. Cancelling the task means that the rule was abandoned or timed out: end what was started, then return.
public protocol RuleProvider: Sendable {
    var type: RuleTypeDescription { get }

    /// Passes or fails; waiting for something (a window, an alarm) returns `pending` and is called again.
    func evaluate(_ job: RuleJob, on host: any ActionHost) async -> RuleOutcome

    /// Called once, before the first job of a gateway's life: ends what a killed gateway left running.
    func cleanUp(on host: any PluginHost) async
}

extension RuleProvider {
    public func cleanUp(on host: any PluginHost) async {}
}

/// What a declaration of this type may hold. The API checks declarations against it.
public struct RuleTypeDescription: Sendable, Equatable {
    public let id: RuleTypeID
    public let configuration: [ConfigurationProperty]
    public let inputArtifacts: ClosedRange<Int>
    /// Seconds until a rule without `timeoutInMinutes` times out.
    public let timeout: Int
    /// Whether a declaration has `commands`, which are then required.
    public let takesCommands: Bool
    /// Whether its condition may have the result SKIP (spec: execution-semantics §10).
    public let maySkip: Bool

    public init(
        id: RuleTypeID, configuration: [ConfigurationProperty], inputArtifacts: ClosedRange<Int> = 0...0,
        timeout: Int = 3600, takesCommands: Bool = false, maySkip: Bool = false
    ) {
        self.id = id
        self.configuration = configuration
        self.inputArtifacts = inputArtifacts
        self.timeout = timeout
        self.takesCommands = takesCommands
        self.maySkip = maySkip
    }

    public func property(_ name: String) -> ConfigurationProperty? { configuration.first { $0.name == name } }
}

/// One execution of one rule, ready to be judged: variables resolved, secrets open, inputs unpacked.
public struct RuleJob: Sendable {
    /// The job's id and the idempotency key towards the outside.
    public let id: RuleExecutionID
    public let pipeline: PipelineName
    public let execution: ExecutionID
    public let stage: StageName
    public let gate: ConditionGate
    public let rule: RuleName
    public let type: RuleTypeID
    public let region: String
    public let account: String
    public let configuration: [String: String]
    public let commands: [String]
    public let inputs: [InputArtifact]
    /// When the rule began to be judged; the same through all its runs.
    public let started: Date
    /// Strangers may have written what it judges (a pull request from a fork): show it no secret.
    public let isUntrusted: Bool
    /// What an earlier `pending` returned; `nil` on the first run and after a crash before the first report.
    public let continuationToken: String?
    /// A folder for this job alone, empty at the start of each run, removed afterwards.
    public let workspace: URL

    public init(
        id: RuleExecutionID, pipeline: PipelineName, execution: ExecutionID, stage: StageName, gate: ConditionGate,
        rule: RuleName, type: RuleTypeID, region: String, account: String, configuration: [String: String],
        commands: [String] = [], inputs: [InputArtifact] = [], started: Date, continuationToken: String? = nil,
        isUntrusted: Bool = false, workspace: URL
    ) {
        self.id = id
        self.pipeline = pipeline
        self.execution = execution
        self.stage = stage
        self.gate = gate
        self.rule = rule
        self.type = type
        self.region = region
        self.account = account
        self.configuration = configuration
        self.commands = commands
        self.inputs = inputs
        self.started = started
        self.isUntrusted = isUntrusted
        self.continuationToken = continuationToken
        self.workspace = workspace
    }
}

public enum RuleOutcome: Sendable, Equatable {
    case passed(ActionProgress)
    /// Not decided yet: call again in `pollAgain`, with `token`. At most 2048 characters.
    case pending(token: String, pollAgain: Duration, progress: ActionProgress)
    /// The rule's criterion isn't met. A failure of type SystemUnavailable is a fault of ours: the condition is then
    /// Errored, not Failed.
    case failed(FailureDetails)
}
