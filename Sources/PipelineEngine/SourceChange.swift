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
    /// What the pipeline knew as the newest revision when the source was looked at. When it knows another by now, the
    /// look is older than that and says nothing. `nil` doesn't ask.
    package var basis: Basis?
    /// Who tells of it: names, ids, addresses.
    package var authors: [String]

    package enum Basis: Codable, Sendable, Equatable {
        case nothing
        case revision(String)

        package init(_ newest: String?) { self = newest.map { .revision($0) } ?? .nothing }
    }

    package init(
        stage: StageName? = nil, action: ActionName, revision: String, origin: Origin, trigger: ExecutionTrigger,
        revisionType: SourceRevisionOverride.Kind?, basis: Basis? = nil, authors: [String] = []
    ) {
        self.stage = stage
        self.action = action
        self.revision = revision
        self.origin = origin
        self.trigger = trigger
        self.revisionType = revisionType
        self.basis = basis
        self.authors = authors
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
    /// The former slow check of source heads found what no delivery had told of: it stood for the lost webhook. Nothing
    /// writes it any more; executions that it started stay what they are. A delivery's own trigger names a webhook's
    /// ARN instead.
    package var isHeadCheck: Bool { type == .webhook && detail?.hasPrefix("head check of ") == true }
}
