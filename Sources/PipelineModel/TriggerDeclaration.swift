/// A V2 pipeline's filter on what a connection's repository reports (spec: triggers-and-webhooks A1).
public struct TriggerDeclaration: Codable, Sendable, Equatable {
    public var providerType: String
    public var gitConfiguration: GitConfiguration

    public init(providerType: String = "CodeStarSourceConnection", gitConfiguration: GitConfiguration) {
        self.providerType = providerType
        self.gitConfiguration = gitConfiguration
    }
}

public struct GitConfiguration: Codable, Sendable, Equatable {
    public var sourceActionName: ActionName
    /// Filters of one list, and both lists, are OR-ed.
    public var push: [PushFilter]?
    public var pullRequest: [PullRequestFilter]?

    public init(sourceActionName: ActionName, push: [PushFilter]? = nil, pullRequest: [PullRequestFilter]? = nil) {
        self.sourceActionName = sourceActionName
        self.push = push
        self.pullRequest = pullRequest
    }
}

/// Either tags, or branches with or without file paths; what stands in one filter is AND-ed.
public struct PushFilter: Codable, Sendable, Equatable {
    public var tags: FilterCriteria?
    public var branches: FilterCriteria?
    public var filePaths: FilterCriteria?

    public init(tags: FilterCriteria? = nil, branches: FilterCriteria? = nil, filePaths: FilterCriteria? = nil) {
        self.tags = tags
        self.branches = branches
        self.filePaths = filePaths
    }
}

/// `branches` are the pull request's TARGET branches.
public struct PullRequestFilter: Codable, Sendable, Equatable {
    /// Absent: all three.
    public var events: [PullRequestEvent]?
    public var branches: FilterCriteria?
    public var filePaths: FilterCriteria?

    public init(
        events: [PullRequestEvent]? = nil, branches: FilterCriteria? = nil, filePaths: FilterCriteria? = nil
    ) {
        self.events = events
        self.branches = branches
        self.filePaths = filePaths
    }
}

public enum PullRequestEvent: String, Codable, Sendable, CaseIterable {
    case open = "OPEN"
    case updated = "UPDATED"
    case closed = "CLOSED"
}

/// Glob patterns: excludes win; with includes, one of them must match.
public struct FilterCriteria: Codable, Sendable, Hashable {
    public var includes: [String]?
    public var excludes: [String]?

    public init(includes: [String]? = nil, excludes: [String]? = nil) {
        self.includes = includes
        self.excludes = excludes
    }
}
