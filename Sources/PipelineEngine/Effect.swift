package import PipelineModel

/// Something to do outside the ledger: a row, written in the transaction that decided it, run at least once.
package struct Effect: Codable, Sendable, Equatable {
    package enum Kind: Codable, Sendable, Equatable {
        case runAction(ActionWork)
        /// End the attempt's work if it runs: it was abandoned or timed out. Its outcome is no longer wanted.
        case cancelAction
        /// Give the command to the pipeline when it is due.
        case timer(PipelineCommand)
    }

    package var kind: Kind
    package var pipeline: PipelineName
    /// The attempt that it serves; `EffectChange.cancel` finds it by this.
    package var subject: ActionReference
    /// Seconds since 1970; not before.
    package var dueAt: Double

    package init(kind: Kind, pipeline: PipelineName, subject: ActionReference, dueAt: Double) {
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
    package var continuationToken: String?

    package init(action: ActionExecution, revision: SourceRevisionOverride? = nil, continuationToken: String? = nil) {
        self.action = action
        self.revision = revision
        self.continuationToken = continuationToken
    }
}

package enum EffectChange: Sendable, Equatable {
    case schedule(Effect)
    /// Forget the attempt's timers and the work that hasn't been asked for yet: it has ended.
    case cancel(ActionExecutionID)
}
