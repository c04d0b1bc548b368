package import PipelineModel

/// A job that a worker outside does: a UUID in lower case, another one after each continuation.
package struct JobID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// AWS's words for where a job stands. `created` is an action's effect that isn't offered yet: no row has it.
package enum JobStatus: String, Codable, Sendable, CaseIterable {
    case created = "Created"
    case queued = "Queued"
    case dispatched = "Dispatched"
    case inProgress = "InProgress"
    case timedOut = "TimedOut"
    case succeeded = "Succeeded"
    case failed = "Failed"

    package var isTerminal: Bool { self == .timedOut || self == .succeeded || self == .failed }
}

/// One attempt's work as it is offered to workers.
package struct Job: Sendable, Equatable {
    package var id: JobID
    package var pipeline: PipelineName
    package var status: JobStatus
    /// What the worker that it was given to last must show to get it; new each time.
    package var nonce: String?
    /// Dispatched: until when it waits for that worker. Then it is queued again.
    package var lapsesAt: Double?
    /// What is to be done; forgotten when the job has ended.
    package var work: ActionWork?

    package init(
        id: JobID, pipeline: PipelineName, status: JobStatus = .queued, nonce: String? = nil, lapsesAt: Double? = nil,
        work: ActionWork?
    ) {
        self.id = id
        self.pipeline = pipeline
        self.status = status
        self.nonce = nonce
        self.lapsesAt = lapsesAt
        self.work = work
    }

    /// Whether a worker may have it now.
    package func isWaiting(at now: Double) -> Bool {
        status == .queued || (status == .dispatched && (lapsesAt ?? 0) <= now)
    }
}

/// Which jobs a worker asks for.
package struct JobQuery: Sendable, Equatable {
    package var type: ActionTypeID
    /// Only jobs with this value of this configuration property.
    package var property: (name: String, value: String)?

    package init(type: ActionTypeID, property: (name: String, value: String)? = nil) {
        self.type = type
        self.property = property
    }

    package static func == (left: JobQuery, right: JobQuery) -> Bool {
        left.type == right.type && left.property?.name == right.property?.name
            && left.property?.value == right.property?.value
    }

    package func fits(_ work: ActionWork) -> Bool {
        guard work.action.type == type else { return false }
        guard let property else { return true }
        return work.action.resolvedConfiguration[property.name] == .plain(property.value)
    }
}

/// What a worker says of its job.
package enum JobOutcome: Sendable, Equatable {
    /// Its outputs lie where the job told it to put them.
    case succeeded(ActionResult)
    /// This job is done, and the action goes on with another one that carries the token.
    case continues(ActionContinuation)
    case failed(FailureDetails)
}

/// What came of a worker's word.
package enum JobAnswer: Sendable, Equatable {
    /// Taken; where the job stands now.
    case taken(JobStatus)
    case notFound
    /// The nonce isn't the job's, or isn't any more.
    case invalidNonce
    /// The job isn't in progress: not acknowledged, reported before, or its action was given up or timed out.
    case invalidState(JobStatus)
}
