public import PipelineModel

/// What a Git host knows of its repositories beyond what `git` fetches for a source action.
public protocol SourceHost: Sendable {
    /// The `provider` of the connections that it speaks for, e.g. `GitHub`.
    var provider: String { get }

    /// Every path that a change touched, deleted ones and both names of renamed ones included. Called outside of any
    /// transaction, possibly several times for one change.
    ///
    /// - Throws: `revisionUnavailable` or `configurationError` when it can never be answered; any other type when it
    ///   may be later.
    func changedPaths(
        _ change: ChangedPathsQuery, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [String]
}

/// A change whose paths are asked for.
public enum ChangedPathsQuery: Sendable, Equatable {
    /// What differs between two commits of a branch.
    case push(repository: String, before: String, after: String)
    /// What a pull request changes since it left its target branch. By `base`, the target's commit that the host
    /// compared it with, this can be told of one that has been merged since.
    case pullRequest(repository: String, number: Int, head: String, targetBranch: String, base: String? = nil)

    public var repository: String {
        switch self {
        case .push(let repository, _, _), .pullRequest(let repository, _, _, _, _): repository
        }
    }
}

/// Looks at a source without fetching it: what polling asks.
public protocol RevisionProbe: Sendable {
    /// The source actions whose newest revision it can tell.
    var types: [ActionTypeID] { get }

    /// How an execution is told to take the revision.
    var revisionType: SourceRevisionOverride.Kind { get }

    /// The revision that a source action of this configuration would fetch now; `nil` when there is none yet, e.g. no
    /// such object. Secrets in the configuration are open.
    ///
    /// - Throws: why it can't be told, e.g. `permissionError`.
    func newestRevision(
        _ type: ActionTypeID, configuration: [String: String], host: any PluginHost
    ) async throws(FailureDetails) -> String?
}

/// Tells people that something waits for them.
public protocol Notifier: Sendable {
    /// May be called twice with one message. A message that can't be delivered now is tried again later.
    func notify(_ message: NotificationMessage, host: any PluginHost) async throws(FailureDetails)
}

/// What is published on a topic.
public struct NotificationMessage: Sendable, Equatable {
    /// The SNS topic's ARN.
    public let topic: String
    public let subject: String
    /// JSON.
    public let body: String

    public init(topic: String, subject: String, body: String) {
        self.topic = topic
        self.subject = subject
        self.body = body
    }
}
