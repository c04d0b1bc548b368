/// How one stage of one execution stands, for the commit that the execution took from this repository.
public struct CommitStatus: Sendable, Equatable, Codable {
    public enum State: String, Sendable, Codable { case pending, running, succeeded, failed, cancelled, skipped }

    public var repository: String
    public var commit: String
    /// The branch that was pushed or the pull request's source branch, where one is known.
    public var branch: String?
    public var state: State
    /// Tells statuses of one commit apart, e.g. `penstock/storefront/Deploy`: an equal one is replaced.
    public var context: String
    /// One line for people.
    public var description: String
    /// A page about the execution; `nil` until the gateway knows its own address.
    public var url: String?
    /// Whose stage it is: two executions of one commit are told apart by it. `nil` in what older gateways wrote.
    public var execution: ExecutionID?
    /// When the stage came to that state, in seconds since 1970. `nil` in what older gateways wrote.
    public var at: Double?

    public init(
        repository: String, commit: String, branch: String?, state: State, context: String, description: String,
        url: String?, execution: ExecutionID? = nil, at: Double? = nil
    ) {
        self.repository = repository
        self.commit = commit
        self.branch = branch
        self.state = state
        self.context = context
        self.description = description
        self.url = url
        self.execution = execution
        self.at = at
    }
}
