import PipelineEngine
import PipelineModel

/// What a ledger holds, without ids and times: the same for a run that was killed as for one that wasn't.
struct LedgerDigest {
    let ledger: BlockingLedger
    let pipelines: [PipelineName]

    var text: String {
        get throws {
            var lines: [String] = []
            for name in pipelines {
                guard let state = ledger.states[name] else {
                    lines.append("\(name) is gone")
                    continue
                }
                lines.append("\(name) at version \(state.declaration.version)")
                let executions = try ledger.executions(of: name).sorted { $0.number < $1.number }
                let numbers = Dictionary(executions.map { ($0.id, $0.number) }) { first, _ in first }
                lines += executions.map { line($0) }
                lines += attempts(try ledger.attempts(of: name), numbers)
            }
            lines += try ledger.journal().reversed().filter { $0.outcome == "accepted" }.map { entry in
                "\(entry.deliveryID): "
                    + entry.decisions.map { "\($0.pipeline?.rawValue ?? "none") \($0.started != nil)" }
                    .joined(separator: ", ")
            }
            lines.append("\(ledger.effectCount) effects")
            return lines.joined(separator: "\n")
        }
    }

    private func line(_ execution: PipelineExecution) -> String {
        let stages = execution.stages.map { "\($0.name) \($0.status.rawValue)" }.joined(separator: ", ")
        return "  \(execution.number) \(execution.type.rawValue) \(execution.status.rawValue): \(stages)"
    }

    /// Each attempt that there ever was: one too many shows here.
    private func attempts(_ rows: [ActionExecutionRow], _ numbers: [ExecutionID: Int]) -> [String] {
        rows.map { row in
            let number = numbers[row.action.executionID] ?? 0
            return "  \(number) \(row.action.stage)/\(row.action.action) \(row.action.status.rawValue)"
        }.sorted()
    }
}
