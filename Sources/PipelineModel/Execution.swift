/// One run of a pipeline: the record that the engine keeps while it lives and the ledger keeps afterwards.
public struct PipelineExecution: Codable, Sendable, Equatable {
    public var id: ExecutionID
    public var pipeline: PipelineName
    /// The declaration's version that it started with.
    public var pipelineVersion: Int
    /// 1, 2, 3 … within the pipeline, in the order of starts. "Newer" means a higher number.
    public var number: Int
    public var status: ExecutionStatus
    public var statusSummary: String?
    public var mode: ExecutionMode
    public var trigger: ExecutionTrigger
    /// Seconds since 1970, as every time in the model.
    public var startTime: Double
    public var lastUpdateTime: Double
    public var sourceRevisionOverrides: [SourceRevisionOverride]
    /// Resolved pipeline variables.
    public var variables: [String: String]
    /// Output variables by namespace.
    public var namespaces: [String: [String: String]]
    /// In the order in which the stages were entered. A retried stage keeps its place.
    public var stages: [StageExecution]
    /// What has been produced so far, by name.
    public var artifacts: [ArtifactName: StoredArtifact]
    public var sourceRevisions: [SourceRevision]
    /// The reason given with a stop request.
    public var stopReason: String?
    /// How a running stop request wants its running actions to end.
    public var stopMode: StopMode?
    /// The definition changed while it ran: nothing further starts, and it ends as Cancelled.
    public var isCancelling: Bool
    /// A rollback: the execution whose revisions, variables and artifacts it runs one stage with.
    public var rollbackTarget: ExecutionID?
    /// The pipelines whose actions led to it, outermost first: none of them may be invoked again.
    public var invokedBy: [PipelineName]
    /// An update of the pipeline by itself restarted it: not done twice in one line.
    public var restarts: ExecutionID?
    /// Who made the change that started it, as far as it is known: names, ids, addresses.
    public var authors: [String]
    /// What the event that started it says beyond the revision, e.g. `PullRequestId`: for the source actions whose
    /// revision the event named.
    public var eventVariables: [String: String]
    /// What PutActionRevision started it with, where the source takes no override.
    public var putRevision: SourceRevision?

    public init(
        id: ExecutionID, pipeline: PipelineName, pipelineVersion: Int, number: Int, mode: ExecutionMode,
        trigger: ExecutionTrigger, startTime: Double, sourceRevisionOverrides: [SourceRevisionOverride] = [],
        variables: [String: String] = [:]
    ) {
        self.id = id
        self.pipeline = pipeline
        self.pipelineVersion = pipelineVersion
        self.number = number
        self.status = .inProgress
        self.mode = mode
        self.trigger = trigger
        self.startTime = startTime
        self.lastUpdateTime = startTime
        self.sourceRevisionOverrides = sourceRevisionOverrides
        self.variables = variables
        self.namespaces = [:]
        self.stages = []
        self.artifacts = [:]
        self.sourceRevisions = []
        self.isCancelling = false
        self.invokedBy = []
        self.authors = []
        self.eventVariables = [:]
    }

    /// Among the event's facts: a pull request from a fork started it, and forks aren't trusted.
    public static let forkMark = "PullRequestFromFork"

    /// Among the event's facts: the branch that a pull request wants to be merged into.
    public static let forkTarget = "DestinationBranchName"

    /// Whether strangers may have written what it runs: it gets no secrets, and so does whatever it leads to, e.g. a
    /// rollback to it or an execution that one of its actions starts.
    public var isUntrusted: Bool { eventVariables[Self.forkMark] == "true" }

    public var type: ExecutionType { rollbackTarget == nil ? .standard : .rollback }
}

public enum ExecutionType: String, Codable, Sendable, CaseIterable {
    case standard = "STANDARD"
    case rollback = "ROLLBACK"
}

public enum StopMode: String, Codable, Sendable { case wait, abandon }

public enum ExecutionStatus: String, Codable, Sendable, CaseIterable {
    case cancelled = "Cancelled"
    case inProgress = "InProgress"
    case stopped = "Stopped"
    case stopping = "Stopping"
    case succeeded = "Succeeded"
    case superseded = "Superseded"
    case failed = "Failed"

    public var isTerminal: Bool { self != .inProgress && self != .stopping }
}

public enum StageStatus: String, Codable, Sendable, CaseIterable {
    case cancelled = "Cancelled"
    case inProgress = "InProgress"
    case failed = "Failed"
    case stopped = "Stopped"
    case stopping = "Stopping"
    case succeeded = "Succeeded"
    case skipped = "Skipped"
}

public enum ActionStatus: String, Codable, Sendable, CaseIterable {
    case inProgress = "InProgress"
    case abandoned = "Abandoned"
    case succeeded = "Succeeded"
    case failed = "Failed"
}

/// One execution's time in one stage.
public struct StageExecution: Codable, Sendable, Equatable {
    public var name: StageName
    public var status: StageStatus
    public var startTime: Double
    public var lastUpdateTime: Double
    /// The latest attempt of each action that has started here.
    public var actions: [ActionExecution]
    public var retry: RetryMetadata?
    /// The latest evaluation of each gate here.
    public var conditions: [ConditionGate: ConditionExecution]

    public init(name: StageName, startTime: Double) {
        self.name = name
        self.status = .inProgress
        self.startTime = startTime
        self.lastUpdateTime = startTime
        self.actions = []
        self.conditions = [:]
    }
}

public struct RetryMetadata: Codable, Sendable, Equatable {
    public enum Trigger: String, Codable, Sendable, CaseIterable {
        case automated = "AutomatedStageRetry"
        case manual = "ManualStageRetry"
    }

    public var manualAttempts: Int
    /// 0 or 1.
    public var automaticAttempts: Int?
    public var latestTrigger: Trigger?

    public init(manualAttempts: Int, automaticAttempts: Int? = nil, latestTrigger: Trigger? = nil) {
        self.manualAttempts = manualAttempts
        self.automaticAttempts = automaticAttempts
        self.latestTrigger = latestTrigger
    }
}

/// One attempt of one action.
public struct ActionExecution: Codable, Sendable, Equatable {
    public var id: ActionExecutionID
    public var executionID: ExecutionID
    public var pipelineVersion: Int
    public var stage: StageName
    public var action: ActionName
    public var type: ActionTypeID
    public var status: ActionStatus
    public var startTime: Double
    public var lastUpdateTime: Double
    /// The ARN of whoever last touched it by hand, e.g. an approver.
    public var updatedBy: String?
    public var region: String?
    public var roleArn: String?
    public var namespace: String?
    /// As declared, and with its `#{…}` references resolved.
    public var configuration: [String: ConfigurationValue]
    public var resolvedConfiguration: [String: ConfigurationValue]
    public var inputArtifacts: [StoredArtifact]
    /// Where its outputs go; size and digest are known once it has succeeded.
    public var outputArtifacts: [StoredArtifact]
    public var outputVariables: [String: String]
    public var summary: String?
    public var externalExecutionID: String?
    public var externalExecutionURL: String?
    public var percentComplete: Int?
    public var failure: FailureDetails?
    /// Manual approvals that wait: the token that an answer must carry.
    public var approvalToken: String?
    /// Seconds since 1970 when it times out or the approval expires.
    public var deadline: Double?
    /// Manual approvals: the ARNs of those who have approved so far, each once.
    public var approvals: [String]
    /// Manual approvals that are bound to what they were shown: SHA-256 by artifact. What runs later in the execution
    /// may take no other content under these names.
    public var approvedDigests: [ArtifactName: String]

    public init(
        id: ActionExecutionID, executionID: ExecutionID, pipelineVersion: Int, stage: StageName, action: ActionName,
        type: ActionTypeID, startTime: Double, configuration: [String: ConfigurationValue] = [:],
        resolvedConfiguration: [String: ConfigurationValue] = [:], inputArtifacts: [StoredArtifact] = [],
        outputArtifacts: [StoredArtifact] = []
    ) {
        self.id = id
        self.executionID = executionID
        self.pipelineVersion = pipelineVersion
        self.stage = stage
        self.action = action
        self.type = type
        self.status = .inProgress
        self.startTime = startTime
        self.lastUpdateTime = startTime
        self.configuration = configuration
        self.resolvedConfiguration = resolvedConfiguration
        self.inputArtifacts = inputArtifacts
        self.outputArtifacts = outputArtifacts
        self.outputVariables = [:]
        self.approvals = []
        self.approvedDigests = [:]
    }
}
