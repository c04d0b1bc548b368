package import PipelineModel

/// A source's newest revision as somebody saw it: a caller of PutActionRevision, or a look at the source itself.
/// It starts the pipeline unless the pipeline knows the revision already.
package struct SourceChange: Codable, Sendable, Equatable {
    package enum Origin: String, Codable, Sendable {
        /// PutActionRevision: a revision that was ever used starts nothing.
        case put
        /// Polling: only the revision that was seen last counts, so that a branch may go back.
        case poll
    }

    /// `nil`: the first stage.
    package var stage: StageName?
    package var action: ActionName
    package var revision: String
    package var origin: Origin
    package var trigger: ExecutionTrigger
    package var revisionType: SourceRevisionOverride.Kind?

    package init(
        stage: StageName? = nil, action: ActionName, revision: String, origin: Origin, trigger: ExecutionTrigger,
        revisionType: SourceRevisionOverride.Kind?
    ) {
        self.stage = stage
        self.action = action
        self.revision = revision
        self.origin = origin
        self.trigger = trigger
        self.revisionType = revisionType
    }
}

/// A revision that a source action has fetched, or that something has started the pipeline with.
package struct SeenRevision: Codable, Sendable, Equatable {
    package enum Origin: String, Codable, Sendable { case event, poll, put, fetched }

    package var id: String
    package var origin: Origin
    /// The execution that it started or was fetched in.
    package var execution: ExecutionID?

    package init(id: String, origin: Origin, execution: ExecutionID?) {
        self.id = id
        self.origin = origin
        self.execution = execution
    }
}

extension ExecutionTrigger {
    private static let headCheckMark = "head check of "

    /// The slow check of source heads found what no delivery has told of: it stands for the lost webhook.
    package static func headCheck(_ action: ActionName, revision: String) -> ExecutionTrigger {
        ExecutionTrigger(type: .webhook, detail: "\(headCheckMark)\(action)/\(revision)")
    }

    /// A delivery's own trigger names a webhook's ARN instead.
    package var isHeadCheck: Bool { type == .webhook && detail?.hasPrefix(Self.headCheckMark) == true }
}
