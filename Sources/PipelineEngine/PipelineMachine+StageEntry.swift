import PipelineModel

/// Who enters a stage, who waits in front of it (spec: execution-semantics §3 to §6).
///
/// SUPERSEDED: one execution inside, one in front; a newer arrival supersedes whoever waits. QUEUED: one inside, the
/// others enter in the order in which they arrived. PARALLEL: each runs on its own copy of the stage; only a disabled
/// transition holds it.
extension PipelineMachine {
    /// Sends an execution on from a stage that it has passed, or to the first stage; after the last one it is done.
    mutating func advance(_ id: ExecutionID, beyond stage: StageName?) {
        guard let state = draft, let execution = state.executions[id] else { return }
        let stages = state.declaration(for: execution).stages
        // No stage: it hasn't entered any. None of that name: no further stage is known, so none follows.
        let next = stage.map { name in stages.firstIndex { $0.name == name }.map { $0 + 1 } ?? stages.count } ?? 0
        // A rollback runs the one stage that it was made for.
        if next < stages.count, execution.type == .standard {
            arrive(id, mode: execution.mode, before: stages[next].name)
        } else {
            emit(.executionEnded(id, .succeeded, summary: nil))
        }
    }

    /// An execution can overtake only waiting ones, so in SUPERSEDED mode whoever arrives is newer than whoever waits.
    private mutating func arrive(_ id: ExecutionID, mode: ExecutionMode, before stage: StageName) {
        if mode == .superseded { supersede(before: stage, by: id) }
        // A stage of a former declaration has no door: PARALLEL executions run through it.
        guard let door = draft?.stages[stage] else { return enter(id, stage) }
        if door.isOpen, door.inbound.isEmpty, mode == .parallel || door.occupant == nil { return enter(id, stage) }
        emit(.executionQueued(id, before: stage, Self.reason(toWaitAt: door)))
        admit(to: stage)
    }

    /// PARALLEL executions of an earlier time wait for the transition only, and nobody supersedes them.
    private mutating func supersede(before stage: StageName, by newer: ExecutionID) {
        for older in draft?.stages[stage]?.inbound ?? [] where draft?.executions[older.id]?.mode != .parallel {
            emit(.executionSuperseded(older.id, by: newer))
        }
    }

    private static func reason(toWaitAt door: StageState) -> WaitReason {
        if let transition = door.transition, !transition.isEnabled {
            return .transitionDisabled(by: transition.changedBy, reason: transition.reason ?? "")
        }
        if let last = door.inbound.last { return .behind(last.id) }
        return .stageHeld(by: door.occupant ?? "")
    }

    /// Frees the stage's lock, moves its holder on or ends it, and lets in whoever is next.
    mutating func leave(_ stage: StageName, by id: ExecutionID, as end: StageEnd) {
        emit(.stageEnded(id, stage, end.stageStatus))
        if let status = end.executionStatus {
            let rollback = end.rollsBack ? rollbackTarget(of: stage, afterFailureOf: id) : nil
            emit(.executionEnded(id, status, summary: summary(of: end, in: stage, rollback: rollback)))
            // Before those that wait: what it mends is broken now.
            if case .found(let target)? = rollback { beginAutomaticRollback(of: stage, to: target, after: id) }
        } else {
            advance(id, beyond: stage)
        }
        admit(to: stage)
    }

    /// Lets in, in order, those that may enter now.
    mutating func admit(to stage: StageName) {
        guard draft?.stages[stage]?.inbound.isEmpty == false else { return }
        // Whoever enters may leave at once: the loop further up the stack lets in the next, however many wait.
        guard admitting.insert(stage).inserted else { return }
        defer { admitting.remove(stage) }
        while let door = draft?.stages[stage], door.isOpen, door.hasFreshArrivals,
            let next = door.inbound.first(where: { mayEnter($0.id, door) })
        {
            enter(next.id, stage)
        }
    }

    private func mayEnter(_ id: ExecutionID, _ door: StageState) -> Bool {
        door.occupant == nil || draft?.executions[id]?.mode == .parallel
    }

    mutating func enter(_ id: ExecutionID, _ stage: StageName) {
        emit(.stageEntered(id, stage))
        settle(id)
    }

    private func summary(of end: StageEnd, in stage: StageName, rollback: RollbackSearch?) -> String? {
        guard case .none(let reason)? = rollback else { return end.summary }
        let words = "Stage '\(stage)' was not rolled back: \(reason)"
        return end.summary.map { "\($0) \(words)" } ?? words
    }
}

extension StageState {
    /// Who had waited at the closed transition for more than 30 days when it was opened doesn't resume by that alone;
    /// the next arrival takes it along (spec: execution-semantics §6).
    fileprivate var hasFreshArrivals: Bool {
        guard let closed = transition?.disabledAt, let opened = transition?.enabledAt else { return !inbound.isEmpty }
        return inbound.contains { opened - max($0.since, closed) <= Self.patience }
    }

    private static let patience: Double = 30 * 86_400
}

/// How a stage ends, and its execution with it.
enum StageEnd: Equatable {
    case succeeded, skipped, stopped, cancelled
    /// - Parameter rollsBack: whether the stage goes back to what succeeded in it last.
    case failed(summary: String?, rollsBack: Bool)

    var stageStatus: StageStatus {
        switch self {
        case .succeeded: .succeeded
        case .skipped: .skipped
        case .failed: .failed
        case .stopped: .stopped
        case .cancelled: .cancelled
        }
    }

    /// `nil`: the execution goes on.
    var executionStatus: ExecutionStatus? {
        switch self {
        case .succeeded, .skipped: nil
        case .failed: .failed
        case .stopped: .stopped
        case .cancelled: .cancelled
        }
    }

    var rollsBack: Bool {
        if case .failed(_, let rollsBack) = self { rollsBack } else { false }
    }

    var summary: String? {
        switch self {
        case .cancelled: PipelineMachine.cancelledSummary
        case .failed(let summary, _): summary
        case .succeeded, .skipped, .stopped: nil
        }
    }
}
