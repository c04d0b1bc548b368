package import PipelineModel

/// What can be asked of a pipeline, by the API, by a source event, by the action runner or by a timer.
package enum PipelineCommand: Codable, Sendable, Equatable {
    /// Declares a new pipeline and starts its first execution. Secrets are sealed already.
    case create(PipelineDeclaration, trigger: ExecutionTrigger, tags: [String: String] = [:])
    case update(PipelineDeclaration)
    /// Deleting what isn't there is no error.
    case delete
    case start(StartRequest)
    case stop(ExecutionID, mode: StopMode, reason: String?)
    case retry(StageName, ExecutionID, RetryMode)
    case answerApproval(ApprovalAnswer)
    /// PutActionRevision, or a look at the source.
    case sourceChanged(SourceChange)
    case setTransition(TransitionChange)
    case rollBack(StageName, to: ExecutionID, trigger: ExecutionTrigger)
    case overrideCondition(StageName, ExecutionID, ConditionGate, by: String)
    case tag([String: String])
    case untag([String])
    /// A pipeline that hasn't run for 30 days is polled no more, until something starts it.
    case disablePolling

    // Reports: may come twice or late; then they change nothing.
    case actionSucceeded(ActionReference, ActionResult)
    case actionPending(ActionReference, ActionContinuation)
    case actionFailed(ActionReference, FailureDetails)
    /// Sent by the attempt's timer. Expires an approval just the same.
    case actionTimedOut(ActionReference)
    case ruleSucceeded(RuleReference, RuleResult)
    case rulePending(RuleReference, ActionContinuation)
    case ruleFailed(RuleReference, FailureDetails)
    /// Sent by the rule's timer.
    case ruleTimedOut(RuleReference)
    /// The answer to a question about changed paths.
    case changedPaths(ChangedPathsQuestion, ChangedPathsAnswer)
}

/// What a rule that passed says.
package struct RuleResult: Codable, Sendable, Equatable {
    package var summary: String?
    package var externalExecutionID: String?
    package var externalExecutionURL: String?

    package init(summary: String? = nil, externalExecutionID: String? = nil, externalExecutionURL: String? = nil) {
        self.summary = summary
        self.externalExecutionID = externalExecutionID
        self.externalExecutionURL = externalExecutionURL
    }
}

package struct ApprovalAnswer: Codable, Sendable, Equatable {
    package enum Status: String, Codable, Sendable, CaseIterable {
        case approved = "Approved"
        case rejected = "Rejected"
    }

    package var stage: StageName
    package var action: ActionName
    package var token: String
    package var status: Status
    package var summary: String
    /// The ARN of whoever answers.
    package var by: String

    package init(
        stage: StageName, action: ActionName, token: String, status: Status, summary: String, by: String
    ) {
        self.stage = stage
        self.action = action
        self.token = token
        self.status = status
        self.summary = summary
        self.by = by
    }
}

/// What a finished action leaves behind. Its outputs are stored before this is reported.
package struct ActionResult: Codable, Sendable, Equatable {
    /// With size and digest; one for each declared output that the provider produced.
    package var outputs: [StoredArtifact]
    package var variables: [String: String]
    package var revision: SourceRevision?
    package var summary: String?
    package var externalExecutionID: String?
    package var externalExecutionURL: String?

    package init(
        outputs: [StoredArtifact] = [], variables: [String: String] = [:], revision: SourceRevision? = nil,
        summary: String? = nil, externalExecutionID: String? = nil, externalExecutionURL: String? = nil
    ) {
        self.outputs = outputs
        self.variables = variables
        self.revision = revision
        self.summary = summary
        self.externalExecutionID = externalExecutionID
        self.externalExecutionURL = externalExecutionURL
    }
}

/// An action that goes on outside and wants to be asked again.
package struct ActionContinuation: Codable, Sendable, Equatable {
    package var token: String
    /// Seconds from now.
    package var pollAgainIn: Double
    package var summary: String?
    package var externalExecutionID: String?
    package var externalExecutionURL: String?
    package var percentComplete: Int?

    package init(
        token: String, pollAgainIn: Double, summary: String? = nil, externalExecutionID: String? = nil,
        externalExecutionURL: String? = nil, percentComplete: Int? = nil
    ) {
        self.token = token
        self.pollAgainIn = pollAgainIn
        self.summary = summary
        self.externalExecutionID = externalExecutionID
        self.externalExecutionURL = externalExecutionURL
        self.percentComplete = percentComplete
    }
}

/// What a command came to.
package enum CommandOutcome: Sendable, Equatable {
    /// Created or updated; a creation also starts an execution.
    case declared(PipelineDeclaration, started: ExecutionID?)
    case deleted
    /// `again` when the client token had started it before.
    case started(ExecutionID, again: Bool)
    case stopping(ExecutionID)
    case retried(ExecutionID)
    case approvalAnswered(at: Double)
    /// The revision is new to the pipeline; `started` also names the execution that an old one belongs to.
    case sourceRevision(isNew: Bool, started: ExecutionID?)
    case transitionSet
    case rolledBack(ExecutionID)
    case conditionOverridden
    case tagged
    /// A question about changed paths led to no start, or isn't answered yet.
    case notStarted(reason: String)
    /// A report that was taken.
    case reported
    /// A report that came late or twice; nothing has changed.
    case ignored(reason: String)
}

/// Why a command was refused. The API gives each its AWS name.
package enum CommandRefusal: Error, Sendable, Equatable {
    case pipelineNotFound
    case pipelineNameInUse
    case stageNotFound
    case actionNotFound
    case executionNotFound
    case executionNotStoppable(String)
    case duplicatedStopRequest
    case notLatestExecution
    case stageNotRetryable(String)
    case conflict(String)
    case invalidApprovalToken
    case approvalAlreadyCompleted
    /// The approver may not answer: the author of the change, not on the list.
    case approverRefused(String)
    /// QUEUED and PARALLEL: 50 executions of the pipeline run or wait.
    case concurrentExecutionsLimit
    case executionOutdated(String)
    case unableToRollBack(String)
    case conditionNotOverridable(String)
    case tooManyTags
    /// A start that the declaration doesn't allow, e.g. a variable without a value.
    case invalidInput(String)
}
