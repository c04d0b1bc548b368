package import PipelineModel

/// Something to do outside the ledger: a row, written in the transaction that decided it, run at least once.
package struct Effect: Codable, Sendable, Equatable {
    package enum Kind: Codable, Sendable, Equatable {
        case runAction(ActionWork)
        /// End the attempt's work if it runs: it was abandoned or timed out. Its outcome is no longer wanted.
        case cancelAction
        case runRule(RuleWork)
        /// Look at the outputs that a job worker says it has stored, and report the action.
        case collectOutputs(ReportedWork)
        /// End the rule's work if it runs.
        case cancelRule
        /// Ask the host which paths a change touched, and report ``PipelineCommand/changedPaths(_:_:)``.
        case askChangedPaths(ChangedPathsQuestion)
        /// Show at a commit of a Git host how a stage stands. Those of one context go out in the order of their effects.
        /// Nothing is reported.
        case reportStatus(CommitStatus, ConnectionARN)
        /// Tell whoever listens that somebody must approve. Nothing is reported.
        case notify(ApprovalNotice)
        /// Give the command to the pipeline when it is due.
        case timer(PipelineCommand)
    }

    package var kind: Kind
    package var pipeline: PipelineName
    package var subject: EffectSubject
    /// Seconds since 1970; not before.
    package var dueAt: Double

    package init(kind: Kind, pipeline: PipelineName, subject: EffectSubject, dueAt: Double) {
        self.kind = kind
        self.pipeline = pipeline
        self.subject = subject
        self.dueAt = dueAt
    }
}

/// What a runner must know to run an attempt. Secrets in it are sealed.
package struct ActionWork: Codable, Sendable, Equatable {
    package var action: ActionExecution
    package var revision: SourceRevisionOverride?
    /// Sources whose key or several facts are overridden, e.g. an S3 object's key and version.
    package var revisions: [SourceRevisionOverride]?
    package var continuationToken: String?
    /// The pipelines whose actions led here, this one last: an action that starts pipelines must start none of them.
    package var invokedBy: [PipelineName]?
    /// Sources whose revision an event named: what else the event says.
    package var eventVariables: [String: String]?
    /// Strangers may have written what it runs: no secrets for it.
    package var isUntrusted: Bool?

    package init(
        action: ActionExecution, revision: SourceRevisionOverride? = nil, revisions: [SourceRevisionOverride]? = nil,
        continuationToken: String? = nil, invokedBy: [PipelineName]? = nil, eventVariables: [String: String]? = nil,
        isUntrusted: Bool? = nil
    ) {
        self.action = action
        self.revision = revision
        self.revisions = revisions
        self.continuationToken = continuationToken
        self.invokedBy = invokedBy
        self.eventVariables = eventVariables
        self.isUntrusted = isUntrusted
    }
}

/// What a runner must know to run a rule. Secrets in it are sealed.
package struct RuleWork: Codable, Sendable, Equatable {
    package var rule: RuleExecution
    package var continuationToken: String?
    /// Strangers may have written what it runs: no secrets for it.
    package var isUntrusted: Bool?

    package init(rule: RuleExecution, continuationToken: String? = nil, isUntrusted: Bool? = nil) {
        self.rule = rule
        self.isUntrusted = isUntrusted
        self.continuationToken = continuationToken
    }
}

/// What a worker has said of an action with outputs, before anybody has looked whether they are there.
package struct ReportedWork: Codable, Sendable, Equatable {
    package var action: ActionExecution
    package var result: ActionResult

    package init(action: ActionExecution, result: ActionResult) {
        self.action = action
        self.result = result
    }
}

package enum EffectChange: Sendable, Equatable {
    case schedule(Effect)
    /// Forget the subject's timers and the work that hasn't been asked for yet: it has ended.
    case cancel(SubjectID)
}
