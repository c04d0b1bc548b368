import PipelineModel

/// Who enters a stage, who waits in front of it (spec: execution-semantics §3).
///
/// SUPERSEDED is the mode that exists: QUEUED and PARALLEL are refused when a pipeline is declared, so the machine
/// treats each mode as SUPERSEDED. This file is the one place that another mode would change.
extension PipelineMachine {
    /// Sends an execution on from a stage that it has passed, or to the first stage; after the last one it is done.
    mutating func advance(_ id: ExecutionID, beyond stage: StageName?) {
        guard let stages = draft?.declaration.stages else { return }
        // No stage: it hasn't entered any. None of that name: no further stage is known, so none follows.
        let next = stage.map { name in stages.firstIndex { $0.name == name }.map { $0 + 1 } ?? stages.count } ?? 0
        if next < stages.count {
            arrive(id, before: stages[next].name)
        } else {
            emit(.executionEnded(id, .succeeded, summary: nil))
        }
    }

    /// Enters a free stage; else takes the one slot in front of it, which supersedes whoever stood there.
    ///
    /// An execution can overtake only waiting ones, so whoever arrives is newer than whoever waits.
    private mutating func arrive(_ id: ExecutionID, before stage: StageName) {
        guard let door = draft?.stages[stage] else { return }
        if door.occupant == nil, door.waiting == nil { return enter(id, stage) }
        if let older = door.waiting { emit(.executionSuperseded(older, by: id)) }
        emit(.executionWaits(id, before: stage))
    }

    /// Frees the stage's lock, moves its holder on or ends it, and lets in the one that waits.
    mutating func leave(_ stage: StageName, by id: ExecutionID, as end: StageEnd) {
        emit(.stageEnded(id, stage, end.stageStatus))
        if let status = end.executionStatus {
            emit(.executionEnded(id, status, summary: end.summary))
        } else {
            advance(id, beyond: stage)
        }
        admitWaiting(to: stage)
    }

    private mutating func admitWaiting(to stage: StageName) {
        guard let door = draft?.stages[stage], door.occupant == nil, let waiting = door.waiting else { return }
        enter(waiting, stage)
    }

    private mutating func enter(_ id: ExecutionID, _ stage: StageName) {
        emit(.stageEntered(id, stage))
        settle(id)
    }
}

/// How a stage ends, and its execution with it.
enum StageEnd: Equatable {
    case succeeded, failed, stopped, cancelled

    var stageStatus: StageStatus {
        switch self {
        case .succeeded: .succeeded
        case .failed: .failed
        case .stopped: .stopped
        case .cancelled: .cancelled
        }
    }

    /// `nil`: the execution goes on.
    var executionStatus: ExecutionStatus? {
        switch self {
        case .succeeded: nil
        case .failed: .failed
        case .stopped: .stopped
        case .cancelled: .cancelled
        }
    }

    var summary: String? { self == .cancelled ? PipelineMachine.cancelledSummary : nil }
}
