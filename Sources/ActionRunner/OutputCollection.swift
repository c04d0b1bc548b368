import PipelineEngine
import PipelineModel
import PluginKit

/// Looks at each output that a job worker says it has stored, and reports the action with their facts, or failed for
/// the one that isn't there. May run twice.
struct OutputCollection {
    let work: ReportedWork
    let bench: Workbench

    /// The report, or `nil` when the task was cancelled: then nobody waits for it.
    func run() async -> PipelineCommand? {
        let reference = ActionReference(work.action)
        return await bench.run(SubjectID(work.action.id), failing: { .actionFailed(reference, $0) }) { workspace in
            let transfer = bench.transfer(in: workspace)
            var result = work.result
            result.outputs = []
            for place in work.action.outputArtifacts {
                var stored = try await transfer.inspect(place)
                stored.revision = work.result.revision
                result.outputs.append(stored)
            }
            // Of other actions than sources, a revision belongs to what they have made, not to the execution.
            if work.action.type.category != .source { result.revision = nil }
            return .actionSucceeded(reference, result)
        }
    }
}
