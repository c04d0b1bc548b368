import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PluginKit

/// One run of one action's job: workspace → inputs → provider → outputs → the command that reports it.
struct JobExecution {
    let work: ActionWork
    let pipeline: PipelineName
    let provider: any ActionProvider
    let bench: Workbench

    /// The report, or `nil` when the task was cancelled: then nobody waits for it.
    func run() async -> PipelineCommand? {
        let reference = ActionReference(work.action)
        return await bench.run(
            SubjectID(work.action.id), below: { try provider.workFolder(on: bench.host) },
            failing: { .actionFailed(reference, $0) }
        ) { workspace in
            try await run(in: workspace)
        }
    }

    private func run(in workspace: JobWorkspace) async throws -> PipelineCommand? {
        let reference = ActionReference(work.action)
        let outcome = await provider.run(try await job(in: workspace), on: bench.actionHost)
        if Task.isCancelled { return nil }
        switch outcome {
        case .succeeded(let success):
            return .actionSucceeded(reference, try await result(of: success, in: workspace))
        case .pending(let token, let pollAgain, let progress):
            return .actionPending(reference, ActionContinuation(token: token, pollAgain: pollAgain, progress: progress))
        case .failed(let failure):
            bench.log.line(failure.message)
            return .actionFailed(reference, failure)
        }
    }

    private var isUntrusted: Bool { work.isUntrusted ?? false }

    private func job(in workspace: JobWorkspace) async throws -> ActionJob {
        let inputs = try await bench.inputs(work.action.inputArtifacts, form: provider.type.inputForm, in: workspace)
        let outputs = try work.action.outputArtifacts.map { artifact in
            OutputArtifact(name: artifact.name, folder: try workspace.output(artifact.name))
        }
        return ActionJob(
            id: work.action.id, pipeline: pipeline, execution: work.action.executionID, stage: work.action.stage,
            action: work.action.action, type: work.action.type, region: work.action.region ?? bench.settings.region,
            account: bench.settings.account,
            configuration: try bench.open(
                work.action.resolvedConfiguration, of: "action",
                // A source runs nothing, and its secret is what it reads by.
                isUntrusted: isUntrusted && work.action.type.category != .source), inputs: inputs,
            outputs: outputs, revision: work.revision, revisions: work.revisions ?? [],
            invokedBy: work.invokedBy ?? [], eventVariables: work.eventVariables ?? [:],
            isUntrusted: isUntrusted, continuationToken: work.continuationToken, workspace: workspace.scratch)
    }

    /// What no stranger wrote of a source's output. A source whose revision nobody's event named reads what its own
    /// settings point at.
    private func protectedPaths(_ success: ActionSuccess) -> [String]? {
        guard isUntrusted, work.action.type.category == .source else { return nil }
        return work.revision == nil ? ["**"] : success.protectedPaths
    }

    private func result(of success: ActionSuccess, in workspace: JobWorkspace) async throws -> ActionResult {
        let transfer = bench.transfer(in: workspace)
        var outputs: [StoredArtifact] = []
        for place in work.action.outputArtifacts {
            guard let produced = success.outputs[place.name] else {
                throw FailureDetails(.jobFailed, "The action did not produce its output artifact '\(place.name)'.")
            }
            var stored = try await transfer.store(produced, as: place)
            stored.revision = success.revision
            stored.protectedPaths = protectedPaths(success)
            outputs.append(stored)
        }
        return ActionResult(
            outputs: outputs, variables: success.variables, revision: success.revision,
            summary: success.progress.summary, externalExecutionID: success.progress.externalExecutionID,
            externalExecutionURL: success.progress.externalExecutionURL)
    }
}
