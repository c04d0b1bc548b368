/// Why an action failed, as the user sees it: AWS's failure type, a message without secrets, a remedy where one is known.
public struct FailureDetails: Codable, Sendable, Equatable, Error {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case jobFailed = "JobFailed"
        case configurationError = "ConfigurationError"
        case permissionError = "PermissionError"
        case revisionOutOfSync = "RevisionOutOfSync"
        case revisionUnavailable = "RevisionUnavailable"
        case systemUnavailable = "SystemUnavailable"
        /// Set by the engine when an action's time is up (spec: execution-semantics §15).
        case actionTimedOut = "ActionTimedOut"
    }

    public var type: Kind
    /// 1 to 5000 characters.
    public var message: String
    public var externalExecutionID: String?
    public var externalExecutionURL: String?
    public var externalExecutionSummary: String?

    public init(
        _ type: Kind, _ message: String, externalExecutionID: String? = nil, externalExecutionURL: String? = nil,
        externalExecutionSummary: String? = nil
    ) {
        self.type = type
        self.message = message
        self.externalExecutionID = externalExecutionID
        self.externalExecutionURL = externalExecutionURL
        self.externalExecutionSummary = externalExecutionSummary
    }
}
