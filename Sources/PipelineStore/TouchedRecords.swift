import PipelineEngine
import PipelineModel

/// The last word on every execution and attempt that a decision's events speak about.
///
/// Most of them are in the state afterwards. An execution that the decision has ended or superseded may have left the
/// state already; then the events are folded once more, and what it was when it left is kept.
struct TouchedRecords {
    private(set) var executions: [PipelineExecution] = []
    private(set) var actions: [ActionExecution] = []

    init(_ decision: Decision, from before: PipelineState?, at now: Double) {
        let subjects = Subjects(decision.events)
        if let state = decision.state, take(subjects, from: state) { return }
        var folding = Folding(state: before, now: now)
        for event in decision.events { folding.fold(event) }
        executions = subjects.executions.compactMap { folding.executions[$0] }
        actions = subjects.actions.compactMap { folding.actions[$0.id] }
    }

    /// - Returns: `false` when something isn't there.
    private mutating func take(_ subjects: Subjects, from state: PipelineState) -> Bool {
        let found = subjects.executions.compactMap { state.executions[$0] }
        let attempts = subjects.actions.compactMap { state.actionExecution($0) }
        guard found.count == subjects.executions.count, attempts.count == subjects.actions.count else { return false }
        executions = found
        actions = attempts
        return true
    }
}

/// What events speak about, each once, in the order of the first mention.
private struct Subjects {
    private(set) var executions: [ExecutionID] = []
    private(set) var actions: [ActionReference] = []

    init(_ events: [PipelineEvent]) {
        var seenExecutions: Set<ExecutionID> = []
        var seenActions: Set<ActionExecutionID> = []
        for event in events {
            if let id = event.execution, seenExecutions.insert(id).inserted { executions.append(id) }
            if let reference = event.actionReference, seenActions.insert(reference.id).inserted {
                actions.append(reference)
            }
        }
    }
}

/// Folds events one by one and remembers each subject as it was after the last event about it.
private struct Folding {
    var state: PipelineState?
    let now: Double
    private(set) var executions: [ExecutionID: PipelineExecution] = [:]
    private(set) var actions: [ActionExecutionID: ActionExecution] = [:]

    init(state: PipelineState?, now: Double) {
        self.state = state
        self.now = now
    }

    mutating func fold(_ event: PipelineEvent) {
        let known = event.execution.flatMap { state?.executions[$0] ?? executions[$0] }
        PipelineState.apply(event, at: now, to: &state)
        guard let id = event.execution else { return }
        if let record = state?.executions[id] {
            executions[id] = record
        } else if let known {
            executions[id] = known.ended(by: event, at: now)
        }
        guard let reference = event.actionReference else { return }
        if let attempt = executions[id]?.attempt(reference) { actions[reference.id] = attempt }
    }
}

extension PipelineExecution {
    /// The record of an execution that has left the state with this event.
    fileprivate func ended(by event: PipelineEvent, at now: Double) -> PipelineExecution {
        var record = self
        switch event {
        case .executionEnded(_, let status, let summary):
            record.status = status
            record.statusSummary = summary ?? statusSummary
            record.lastUpdateTime = now
        case .executionSuperseded:
            record.status = .superseded
            record.lastUpdateTime = now
        default: break
        }
        return record
    }

    fileprivate func attempt(_ reference: ActionReference) -> ActionExecution? {
        stages.first { $0.name == reference.stage }?.actions.first { $0.id == reference.id }
    }
}
