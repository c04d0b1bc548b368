import PipelineEngine
import PipelineModel

/// What each kind of fact says. A new kind doesn't compile until it has its sentence here.
extension ExecutionStory {
    /// `nil`: nothing that wasn't said before.
    mutating func sentence(of event: PipelineEvent) -> String? {
        switch event {
        case .pipelineCreated, .pipelineUpdated, .pipelineDeleted, .pipelineTagged, .pipelineUntagged,
            .pollingDisabled, .transitionChanged:
            Self.sentence(ofPipeline: event)
        case .executionStarted(let execution): start(of: execution)
        case .startRemembered:
            "the start carried a client token: the same request within a day gives this execution again"
        case .executionWaits(_, let stage): wait(before: stage, because: nil)
        case .executionQueued(_, let stage, let reason): wait(before: stage, because: reason)
        case .executionRecalled: "taken up again: it had ended and lay in the history only"
        case .executionSuperseded(_, let newer):
            "SUPERSEDED: \(names(newer)) is newer and took the slot"
                + (waiting.map { " in front of stage \($0.stage) after \(elapsed($0.since))" } ?? "")
        case .executionResumed: "runs again: it is InProgress"
        case .executionStopping(_, let mode, let reason): Self.stop(mode, reason)
        case .executionCancelling:
            "CANCELLED: the pipeline's definition was updated; what runs may end, nothing further starts"
        case .executionEnded(_, let status, let summary): end(status, summary)
        case .stageEntered(_, let stage): entry(to: stage)
        case .stageRetried(_, let stage, let mode):
            "retry by hand: stage \(stage) runs \(Spoken.retry(mode)) again"
        case .stageRetriedAutomatically(_, let stage, let mode):
            "onFailure RETRY: stage \(stage) is tried again with \(Spoken.retry(mode)); once, not more"
        case .stageEnded(_, let stage, let status):
            "stage \(stage) ends: \(status.rawValue); it is free for whoever is next"
        case .actionStarted, .actionProgressed, .actionSucceeded, .actionFailed, .actionAbandoned,
            .approvalAnswered, .approvalCounted:
            sentence(ofAction: event)
        case .conditionStarted, .ruleStarted, .ruleProgressed, .ruleSucceeded, .ruleFailed, .ruleAbandoned,
            .conditionEnded, .conditionOverridden:
            sentence(ofGate: event)
        }
    }

    func elapsed(_ since: Double) -> String { Spoken.duration(clock - since) }

    private static func sentence(ofPipeline event: PipelineEvent) -> String? {
        switch event {
        case .pipelineCreated(let declaration): "the pipeline '\(declaration.name)' was created"
        case .pipelineUpdated(let declaration):
            "the pipeline's definition was updated: version \(declaration.version)"
        case .pipelineDeleted: "the pipeline was deleted: nobody wants the outcome of what ran"
        case .pipelineTagged(let tags): "the pipeline was tagged: \(Spoken.list(tags.keys.sorted()))"
        case .pipelineUntagged(let keys): "tags were removed from the pipeline: \(Spoken.list(keys.sorted()))"
        case .pollingDisabled:
            "polling of the pipeline's sources was switched off: it had not run for 30 days"
        case .transitionChanged(let stage, let transition): sentence(of: transition, into: stage)
        default: nil
        }
    }

    private static func sentence(of transition: TransitionState, into stage: StageName) -> String {
        let who = Spoken.person(transition.changedBy)
        if transition.isEnabled { return "\(who) enabled the transition into stage \(stage)" }
        return "\(who) disabled the transition into stage \(stage): \(transition.reason ?? "no reason given")"
    }

    private mutating func wait(before stage: StageName, because reason: WaitReason?) -> String {
        waiting = (stage, clock)
        waitedAt.insert(stage)
        return "waits in front of stage \(stage): " + PresentSituation.sentence(of: reason, names)
    }

    private mutating func entry(to stage: StageName) -> String {
        defer { waiting = nil }
        results = [:]
        guard let waiting, waiting.stage == stage else { return "enters stage \(stage)" }
        return "enters stage \(stage) after waiting \(elapsed(waiting.since))"
    }

    private static func stop(_ mode: StopMode, _ reason: String?) -> String {
        let why = reason.flatMap { $0.isEmpty ? nil : ": \($0)" } ?? ""
        return switch mode {
        case .wait: "a stop was asked for\(why); running actions go on to their end (stop and wait)"
        case .abandon: "a stop was asked for\(why); running actions are given up (stop and abandon)"
        }
    }

    private func end(_ status: ExecutionStatus, _ summary: String?) -> String {
        let why = summary.flatMap { $0.isEmpty ? nil : ": \($0)" } ?? ""
        let waited = waiting.map { " while it waited in front of stage \($0.stage)" } ?? ""
        return "ends as \(status.rawValue)\(waited) after \(elapsed(facts.execution.startTime))\(why)"
    }
}
