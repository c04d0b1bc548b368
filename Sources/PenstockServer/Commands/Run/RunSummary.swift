import Foundation
import PipelineModel

/// What stands at the end of a run: the outcome, what failed and why, and the artifacts.
struct RunSummary {
    let execution: PipelineExecution

    var lines: [String] {
        let elapsed = RunText.seconds(execution.lastUpdateTime - execution.startTime)
        return ["", "\(execution.pipeline): \(execution.status.rawValue) in \(elapsed)"] + failures + artifacts
    }

    private var failures: [String] {
        execution.stages.flatMap { stage in
            stage.actions.compactMap { action in
                action.failure.map { "  \(stage.name)/\(action.action): \($0.type.rawValue): \($0.message)" }
            }
                + stage.judgedConditions.compactMap { gate, condition in
                    guard condition.status == .failed || condition.status == .errored else { return nil }
                    return "  \(stage.name)/\(gate.rawValue): \(condition.summary ?? condition.status.rawValue)"
                }
        }
    }

    private var artifacts: [String] {
        let stored = execution.artifacts.values.sorted { $0.name < $1.name }
        guard !stored.isEmpty else { return [] }
        let width = stored.map(\.name.rawValue.count).max() ?? 0
        return ["artifacts:"]
            + stored.map { artifact in
                let name = artifact.name.rawValue + String(repeating: " ", count: width - artifact.name.rawValue.count)
                let size = artifact.size.map { RunText.bytes($0) } ?? "?"
                return "  \(name)  \(size)  sha256:\(artifact.sha256 ?? "?")  s3://\(artifact.bucket)/\(artifact.key)"
            }
    }
}
