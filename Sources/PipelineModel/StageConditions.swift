/// A gate of a stage: what must hold before it is entered, after its actions succeeded, or once it has failed
/// (spec: execution-semantics §10).
public enum ConditionGate: String, Codable, Sendable, CaseIterable, CodingKeyRepresentable {
    case beforeEntry = "BEFORE_ENTRY"
    case onSuccess = "ON_SUCCESS"
    case onFailure = "ON_FAILURE"
}

/// What happens when a gate's condition fails, or when a stage fails.
public enum ConditionResult: String, Codable, Sendable, CaseIterable {
    case rollback = "ROLLBACK"
    case fail = "FAIL"
    case retry = "RETRY"
    case skip = "SKIP"
}

/// `beforeEntry` and `onSuccess` of a stage.
public struct GateDeclaration: Codable, Sendable, Equatable {
    /// Exactly one (the shape layer sees to it).
    public var conditions: [ConditionDeclaration]

    public init(conditions: [ConditionDeclaration]) { self.conditions = conditions }
}

/// `onFailure` of a stage: a result for every failure, or a condition that decides.
public struct FailureDeclaration: Codable, Sendable, Equatable {
    public var result: ConditionResult?
    public var retryConfiguration: RetryConfiguration?
    public var conditions: [ConditionDeclaration]?

    public init(
        result: ConditionResult? = nil, retryConfiguration: RetryConfiguration? = nil,
        conditions: [ConditionDeclaration]? = nil
    ) {
        self.result = result
        self.retryConfiguration = retryConfiguration
        self.conditions = conditions
    }
}

public struct RetryConfiguration: Codable, Sendable, Equatable {
    public var retryMode: RetryMode?

    public init(retryMode: RetryMode?) { self.retryMode = retryMode }
}

/// Which actions of a failed stage run again.
public enum RetryMode: String, Codable, Sendable, CaseIterable {
    case failedActions = "FAILED_ACTIONS"
    case allActions = "ALL_ACTIONS"
}

public struct ConditionDeclaration: Codable, Sendable, Equatable {
    public var result: ConditionResult?
    /// 1 to 5, evaluated together.
    public var rules: [RuleDeclaration]

    public init(result: ConditionResult?, rules: [RuleDeclaration]) {
        self.result = result
        self.rules = rules
    }
}

public struct RuleDeclaration: Codable, Sendable, Equatable {
    public var name: RuleName
    public var ruleTypeId: RuleTypeID
    public var configuration: [String: ConfigurationValue]
    /// The Commands rule only.
    public var commands: [String]?
    public var inputArtifacts: [ArtifactReference]
    public var roleArn: String?
    public var region: String?
    public var timeoutInMinutes: Int?

    public init(
        name: RuleName, ruleTypeId: RuleTypeID, configuration: [String: ConfigurationValue] = [:],
        commands: [String]? = nil, inputArtifacts: [ArtifactReference] = [], roleArn: String? = nil,
        region: String? = nil, timeoutInMinutes: Int? = nil
    ) {
        self.name = name
        self.ruleTypeId = ruleTypeId
        self.configuration = configuration
        self.commands = commands
        self.inputArtifacts = inputArtifacts
        self.roleArn = roleArn
        self.region = region
        self.timeoutInMinutes = timeoutInMinutes
    }
}

/// The four parts that select a rule provider. AWS knows one category, `Rule`, and one owner, `AWS`.
public struct RuleTypeID: Hashable, Codable, Sendable, CustomStringConvertible {
    public var category: String
    public var owner: String
    public var provider: String
    public var version: String

    public init(provider: String, category: String = "Rule", owner: String = "AWS", version: String = "1") {
        self.category = category
        self.owner = owner
        self.provider = provider
        self.version = version
    }

    public var description: String { "\(owner)/\(category)/\(provider)/\(version)" }
}

/// A rule's name: unique in its condition.
public struct RuleName: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}
