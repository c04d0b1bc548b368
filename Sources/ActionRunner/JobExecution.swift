import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PluginKit

/// One run of one job: workspace → inputs → provider → outputs → the command that reports it.
struct JobExecution {
    let work: ActionWork
    let pipeline: PipelineName
    let provider: any ActionProvider
    let host: any PluginHost
    let vault: any SecretVault
    let log: ActionLogFile
    let settings: RunnerSettings

    /// The report, or `nil` when the task was cancelled: then nobody waits for it.
    func run() async -> PipelineCommand? {
        let reference = ActionReference(work.action)
        do {
            let workspace = try JobWorkspace(for: work.action.id, below: settings.workFolder)
            defer { try? workspace.remove() }
            return try await run(in: workspace)
        } catch is CancellationError {
            return nil
        } catch let failure as FailureDetails {
            log.line(failure.message)
            return .actionFailed(reference, failure)
        } catch {
            log.line("\(error)")
            return .actionFailed(
                reference, FailureDetails(.systemUnavailable, "Failed preparing the job's workspace: \(error)"))
        }
    }

    private func run(in workspace: JobWorkspace) async throws -> PipelineCommand? {
        let reference = ActionReference(work.action)
        let transfer = ArtifactTransfer(stores: host.stores, workspace: workspace)
        let job = try await job(in: workspace, transfer: transfer)
        let outcome = await provider.run(job, on: RunningActionHost(base: host, log: log))
        if Task.isCancelled { return nil }
        switch outcome {
        case .succeeded(let success):
            return .actionSucceeded(reference, try await result(of: success, transfer: transfer))
        case .pending(let token, let pollAgain, let progress):
            return .actionPending(
                reference,
                ActionContinuation(
                    token: token, pollAgainIn: pollAgain.inSeconds, summary: progress.summary,
                    externalExecutionID: progress.externalExecutionID,
                    externalExecutionURL: progress.externalExecutionURL, percentComplete: progress.percentComplete))
        case .failed(let failure):
            log.line(failure.message)
            return .actionFailed(reference, failure)
        }
    }

    private func job(in workspace: JobWorkspace, transfer: ArtifactTransfer) async throws -> ActionJob {
        var inputs: [InputArtifact] = []
        for artifact in work.action.inputArtifacts {
            inputs.append(try await transfer.fetch(artifact, form: provider.type.inputForm))
        }
        let outputs = try work.action.outputArtifacts.map { artifact in
            OutputArtifact(name: artifact.name, folder: try workspace.output(artifact.name))
        }
        return ActionJob(
            id: work.action.id, pipeline: pipeline, execution: work.action.executionID, stage: work.action.stage,
            action: work.action.action, type: work.action.type, region: work.action.region ?? settings.region,
            account: settings.account, configuration: try configuration(), inputs: inputs, outputs: outputs,
            revision: work.revision, revisions: work.revisions ?? [],
            invokedBy: work.invokedBy ?? [], eventVariables: work.eventVariables ?? [:],
            continuationToken: work.continuationToken,
            workspace: workspace.scratch)
    }

    /// Opens sealed values; from here on the log masks them.
    private func configuration() throws -> [String: String] {
        try work.action.resolvedConfiguration.mapValues { value in
            switch value {
            case .plain(let text): return text
            case .sealed(let secret):
                let text: String
                do {
                    text = try vault.open(secret)
                } catch {
                    throw FailureDetails(
                        .configurationError, "A secret of the action's configuration can't be opened: \(error)")
                }
                log.mask(text)
                return text
            }
        }
    }

    private func result(of success: ActionSuccess, transfer: ArtifactTransfer) async throws -> ActionResult {
        var outputs: [StoredArtifact] = []
        for place in work.action.outputArtifacts {
            guard let produced = success.outputs[place.name] else {
                throw FailureDetails(.jobFailed, "The action did not produce its output artifact '\(place.name)'.")
            }
            var stored = try await transfer.store(produced, as: place)
            stored.revision = success.revision
            outputs.append(stored)
        }
        return ActionResult(
            outputs: outputs, variables: success.variables, revision: success.revision,
            summary: success.progress.summary, externalExecutionID: success.progress.externalExecutionID,
            externalExecutionURL: success.progress.externalExecutionURL)
    }
}

/// The host as an action sees it: everything that plugins get, and its own log.
struct RunningActionHost: ActionHost {
    let base: any PluginHost
    let log: any ActionLog

    var http: any HTTPClient { base.http }
    var logger: Logger { base.logger }
    var stores: any ObjectStores { base.stores }
    var connections: any Connections { base.connections }
    var hiddenPaths: [URL] { base.hiddenPaths }
    func stateFolder(for plugin: String) throws -> URL { try base.stateFolder(for: plugin) }
    func now() -> Date { base.now() }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
