import PipelineEngine
import PipelineModel

/// What has ended changes no more, but by a retry or an override that names it.
struct TerminalStaysTerminal: Invariant {
    private var ended: [PipelineName: Set<ExecutionID>] = [:]

    mutating func check(_ moment: Moment) -> String? {
        for name in moment.reborn { ended[name] = nil }
        var spokenOf: Set<ExecutionID> = []
        for (name, recorded) in moment.events {
            guard let id = recorded.event.execution else { continue }
            spokenOf.insert(id)
            if let wrong = check(recorded.event, about: id, of: name, moment) { return wrong }
        }
        for name in moment.touched {
            if let wrong = unchanged(name, but: spokenOf, moment) { return wrong }
        }
        return nil
    }

    private mutating func check(
        _ event: PipelineEvent, about id: ExecutionID, of name: PipelineName, _ moment: Moment
    ) -> String? {
        let hasEnded = ended[name]?.contains(id) == true
        switch event {
        case .executionEnded, .executionSuperseded:
            guard !hasEnded else { return "\(id) has ended twice" }
            ended[name, default: []].insert(id)
        case .executionResumed:
            guard hasEnded else { return "\(id) was resumed while it ran" }
            guard moment.batch.revives(id) else { return "\(id) was resumed, but nobody had asked for it" }
            ended[name]?.remove(id)
        case .executionRecalled: break
        default:
            if hasEnded { return "\(id) has ended, and then: \(event.kind)" }
        }
        return nil
    }

    /// Also without an event.
    private func unchanged(_ name: PipelineName, but spokenOf: Set<ExecutionID>, _ moment: Moment) -> String? {
        guard !moment.isReborn(name), let before = moment.before[name], let after = moment.state(name) else {
            return nil
        }
        for (id, execution) in before.executions where execution.status.isTerminal && !spokenOf.contains(id) {
            if let now = after.executions[id], now != execution { return "\(id) has ended, but was changed" }
        }
        return nil
    }
}

extension BatchRecord {
    fileprivate func revives(_ id: ExecutionID) -> Bool {
        commands.contains { _, command in
            switch command {
            case .retry(_, id, _), .overrideCondition(_, id, _, _): true
            default: false
            }
        }
    }
}
