package import PipelineModel

/// A start that hangs on which paths a change touched, where the payload doesn't say all of them: an effect that the
/// delivery's transaction writes and a runner answers afterwards, never before the delivery's answer.
package struct ChangedPathsQuestion: Codable, Sendable, Equatable {
    /// The effect's subject; the same through all attempts.
    package var id: SubjectID
    /// The delivery that raised it, whose journal entry gets the answer.
    package var delivery: Int64
    package var connection: ConnectionARN
    package var repository: String
    package var change: Change
    /// What happened, as far as the host's module needs it for its own questions; absent in questions of earlier
    /// versions.
    package var event: SourceEvent?
    /// The start is wanted when one of these matches one of the paths.
    package var filters: [FilterCriteria]
    package var request: StartRequest
    /// 1 for the first time that it is asked.
    package var attempt: Int

    package enum Change: Codable, Sendable, Equatable {
        /// What a push moved the branch over.
        case push(before: String, after: String)
        /// What a pull request changes against its target.
        case pullRequest(number: Int, head: String, targetBranch: String, base: String?)
    }

    package init(
        id: SubjectID = "", delivery: Int64 = 0, connection: ConnectionARN, repository: String, change: Change,
        event: SourceEvent? = nil, filters: [FilterCriteria], request: StartRequest, attempt: Int = 1
    ) {
        self.id = id
        self.delivery = delivery
        self.connection = connection
        self.repository = repository
        self.change = change
        self.event = event
        self.filters = filters
        self.request = request
        self.attempt = attempt
    }
}

/// What the host said.
package enum ChangedPathsAnswer: Codable, Sendable, Equatable {
    /// The first of the paths that a filter takes, or `nil` with the number of paths that were looked at.
    case inspected(match: String?, count: Int)
    /// It can't be had now; it is asked again, later each time, for a day.
    case unavailable(reason: String)
    /// It will never be had, e.g. the commit is gone.
    case impossible(reason: String)
}
