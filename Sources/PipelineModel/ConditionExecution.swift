/// One evaluation of one gate of a stage.
public struct ConditionExecution: Codable, Sendable, Equatable {
    public var status: ConditionStatus
    public var summary: String?
    public var startTime: Double
    public var lastUpdateTime: Double
    /// What happens when it fails.
    public var result: ConditionResult?
    public var rules: [RuleExecution]

    public init(result: ConditionResult?, startTime: Double) {
        self.status = .inProgress
        self.result = result
        self.startTime = startTime
        self.lastUpdateTime = startTime
        self.rules = []
    }
}

public enum ConditionStatus: String, Codable, Sendable, CaseIterable {
    case inProgress = "InProgress"
    case failed = "Failed"
    case errored = "Errored"
    case succeeded = "Succeeded"
    case cancelled = "Cancelled"
    case abandoned = "Abandoned"
    case overridden = "Overridden"
}

public enum RuleStatus: String, Codable, Sendable, CaseIterable {
    case inProgress = "InProgress"
    case abandoned = "Abandoned"
    case succeeded = "Succeeded"
    case failed = "Failed"
}

/// One rule execution's id, a UUID in lower case: the job's id and the provider's idempotency key.
public struct RuleExecutionID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// One run of one rule of a condition.
public struct RuleExecution: Codable, Sendable, Equatable {
    public var id: RuleExecutionID
    public var executionID: ExecutionID
    public var pipelineVersion: Int
    public var stage: StageName
    public var gate: ConditionGate
    public var rule: RuleName
    public var type: RuleTypeID
    public var status: RuleStatus
    public var startTime: Double
    public var lastUpdateTime: Double
    /// The ARN of whoever overrode or stopped it.
    public var updatedBy: String?
    public var region: String?
    public var roleArn: String?
    public var configuration: [String: ConfigurationValue]
    public var resolvedConfiguration: [String: ConfigurationValue]
    public var commands: [String]?
    public var inputArtifacts: [StoredArtifact]
    public var summary: String?
    public var externalExecutionID: String?
    public var externalExecutionURL: String?
    public var failure: FailureDetails?
    /// Seconds since 1970 when it times out.
    public var deadline: Double?

    public init(
        id: RuleExecutionID, executionID: ExecutionID, pipelineVersion: Int, stage: StageName, gate: ConditionGate,
        rule: RuleName, type: RuleTypeID, startTime: Double, configuration: [String: ConfigurationValue] = [:],
        resolvedConfiguration: [String: ConfigurationValue] = [:], commands: [String]? = nil,
        inputArtifacts: [StoredArtifact] = []
    ) {
        self.id = id
        self.executionID = executionID
        self.pipelineVersion = pipelineVersion
        self.stage = stage
        self.gate = gate
        self.rule = rule
        self.type = type
        self.status = .inProgress
        self.startTime = startTime
        self.lastUpdateTime = startTime
        self.configuration = configuration
        self.resolvedConfiguration = resolvedConfiguration
        self.commands = commands
        self.inputArtifacts = inputArtifacts
    }
}
