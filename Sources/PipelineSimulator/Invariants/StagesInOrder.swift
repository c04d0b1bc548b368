import PipelineEngine
import PipelineModel

/// An action starts when all actions of the run orders before its own have succeeded; a stage is entered when the one
/// before it has succeeded or was skipped.
struct StagesInOrder: Invariant {
    mutating func check(_ moment: Moment) -> String? {
        for name in moment.touched {
            guard let state = moment.state(name) else { continue }
            for execution in state.executions.values where !execution.status.isTerminal {
                if let wrong = check(execution, in: state.declaration(for: execution)) { return wrong }
            }
        }
        return nil
    }

    private func check(_ execution: PipelineExecution, in declaration: PipelineDeclaration) -> String? {
        for stage in execution.stages.dropLast() where stage.status != .succeeded && stage.status != .skipped {
            return "\(execution.id) has gone on beyond stage \(stage.name), which is \(stage.status)"
        }
        // By what it started with: an update shows another structure.
        guard execution.pipelineVersion == declaration.version, let stage = execution.stages.last,
            let declared = declaration.stage(stage.name)
        else { return nil }
        let names = execution.stages.map(\.name)
        if execution.type == .standard, names != declaration.stages.prefix(names.count).map(\.name) {
            return "\(execution.id) went through the stages \(names)"
        }
        let orders = Dictionary(declared.actions.map { ($0.name, $0.runOrder) }) { first, _ in first }
        let succeeded = Set(stage.actions.filter { $0.status == .succeeded }.map(\.action))
        for attempt in stage.actions where attempt.status == .inProgress {
            for action in declared.actions where action.runOrder < orders[attempt.action] ?? 0 {
                guard succeeded.contains(action.name) else {
                    return "\(attempt.action) runs in \(execution.id), but \(action.name) hasn't succeeded"
                }
            }
        }
        return nil
    }
}
