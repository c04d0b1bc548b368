import PipelineEngine
import PipelineModel

/// A stage has at most one holder outside PARALLEL mode, and the doors (holder, latest, who waits) say the same as the
/// executions.
struct StageHasOneHolder: Invariant {
    mutating func check(_ moment: Moment) -> String? {
        for name in moment.touched {
            guard let state = moment.state(name) else { continue }
            for (stage, door) in state.stages {
                if let wrong = check(stage, door, in: state) { return wrong }
            }
            for execution in state.executions.values {
                if let wrong = check(execution, in: state) { return wrong }
            }
        }
        return nil
    }

    private func check(_ stage: StageName, _ door: StageState, in state: PipelineState) -> String? {
        if let holder = door.occupant {
            guard let execution = state.executions[holder], !execution.status.isTerminal else {
                return "stage \(stage) is held by \(holder), which doesn't run"
            }
            guard execution.mode != .parallel, execution.isInsideStage, execution.stages.last?.name == stage else {
                return "stage \(stage) is held by \(holder), which isn't in it"
            }
            guard door.latest == holder else { return "stage \(stage)'s latest isn't its holder \(holder)" }
        }
        if let latest = door.latest, state.executions[latest] == nil {
            return "stage \(stage)'s latest \(latest) has left the state"
        }
        for waiting in door.inbound {
            guard let execution = state.executions[waiting.id], !execution.status.isTerminal, !execution.isInsideStage
            else { return "\(waiting.id) stands in front of stage \(stage), but doesn't wait" }
        }
        let superseding = door.inbound.count { state.executions[$0.id]?.mode == .superseded }
        guard superseding <= 1 else { return "\(superseding) SUPERSEDED executions wait in front of stage \(stage)" }
        return nil
    }

    private func check(_ execution: PipelineExecution, in state: PipelineState) -> String? {
        let doors = state.stages.values.count { door in door.inbound.contains { $0.id == execution.id } }
        if execution.status.isTerminal || execution.isInsideStage {
            guard doors == 0 else { return "\(execution.id) waits, but is \(execution.status) or in a stage" }
        } else if doors != 1 {
            return "\(execution.id) is in no stage and waits in front of \(doors)"
        }
        guard !execution.status.isTerminal, execution.mode != .parallel, execution.isInsideStage,
            let stage = execution.stages.last?.name, let door = state.stages[stage]
        else { return nil }
        return door.occupant == execution.id
            ? nil : "\(execution.id) is in stage \(stage), whose holder is \(door.occupant?.rawValue ?? "nobody")"
    }
}
