import PipelineEngine
import PipelineModel

/// Who enters a stage is newer than whoever entered it before, rollbacks aside; in QUEUED mode nobody overtakes whoever
/// arrived first; only who waits is superseded, and only by a newer one.
struct EntryInOrder: Invariant {
    private struct Doors {
        var executions: [ExecutionID: Facts] = [:]
        var lastNumber: [StageName: Int] = [:]
        var queue: [StageName: [ExecutionID]] = [:]

        mutating func leave(_ id: ExecutionID) {
            for stage in queue.keys where queue[stage]?.contains(id) == true { queue[stage]?.removeAll { $0 == id } }
        }
    }

    private struct Facts {
        var number: Int
        var mode: ExecutionMode
        var isRollback: Bool
    }

    private var pipelines: [PipelineName: Doors] = [:]

    mutating func check(_ moment: Moment) -> String? {
        for name in moment.reborn { pipelines[name] = nil }
        for (name, recorded) in moment.events {
            if let wrong = check(recorded.event, of: name) { return wrong }
        }
        return nil
    }

    private mutating func check(_ event: PipelineEvent, of name: PipelineName) -> String? {
        switch event {
        case .executionStarted(let execution):
            pipelines[name, default: Doors()].executions[execution.id] = Facts(
                number: execution.number, mode: execution.mode, isRollback: execution.type == .rollback)
        case .executionQueued(let id, let stage, _):
            pipelines[name, default: Doors()].queue[stage, default: []].append(id)
        case .executionSuperseded(let id, let newer): return superseded(id, by: newer, of: name)
        case .executionEnded(let id, _, _): pipelines[name]?.leave(id)
        case .stageEntered(let id, let stage): return entered(id, stage, of: name)
        default: break
        }
        return nil
    }

    private mutating func superseded(_ id: ExecutionID, by newer: ExecutionID, of name: PipelineName) -> String? {
        guard let doors = pipelines[name], let old = doors.executions[id], let new = doors.executions[newer] else {
            return "\(id) or \(newer) never started"
        }
        guard doors.queue.values.contains(where: { $0.contains(id) }) else {
            return "\(id) was superseded, but didn't wait"
        }
        guard old.mode != .parallel else { return "the PARALLEL execution \(id) was superseded" }
        guard old.number < new.number else { return "\(id) was superseded by the older \(newer)" }
        pipelines[name]?.leave(id)
        return nil
    }

    private mutating func entered(_ id: ExecutionID, _ stage: StageName, of name: PipelineName) -> String? {
        guard let doors = pipelines[name], let facts = doors.executions[id] else { return "\(id) never started" }
        defer { pipelines[name]?.leave(id) }
        guard !facts.isRollback, facts.mode != .parallel else { return nil }
        let ahead = (doors.queue[stage] ?? []).prefix { $0 != id }
            .filter { doors.executions[$0]?.mode == facts.mode }
        guard ahead.isEmpty else { return "\(id) entered stage \(stage) although \(ahead[0]) had come before it" }
        if let last = doors.lastNumber[stage], last >= facts.number {
            return "execution \(facts.number) entered stage \(stage) after execution \(last)"
        }
        pipelines[name]?.lastNumber[stage] = facts.number
        return nil
    }
}
