import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PluginKit

/// What a job of any kind is made from: a folder of its own, its inputs, its secrets, its log.
struct Workbench {
    let host: any PluginHost
    let vault: any SecretVault
    let log: ActionLogFile
    let settings: RunnerSettings

    var actionHost: RunningActionHost { RunningActionHost(base: host, log: log) }

    /// Runs a job in a clean folder and removes that. What goes wrong around the provider is a failure of the job.
    ///
    /// - Parameter folder: where the job's folder is made; the usual place when it gives none.
    /// - Returns: the report, or `nil` when the task was cancelled: then nobody waits for it.
    func run(
        _ job: SubjectID, below folder: () throws -> URL? = { nil }, failing: (FailureDetails) -> PipelineCommand,
        _ work: (JobWorkspace) async throws -> PipelineCommand?
    ) async -> PipelineCommand? {
        do {
            let workspace = try JobWorkspace(for: job, below: try folder() ?? settings.workFolder)
            defer { try? workspace.remove() }
            return try await work(workspace)
        } catch is CancellationError {
            return nil
        } catch let failure as FailureDetails {
            log.line(failure.message)
            return failing(failure)
        } catch {
            log.line("\(error)")
            return failing(FailureDetails(.systemUnavailable, "Failed preparing the job's workspace: \(error)"))
        }
    }

    func transfer(in workspace: JobWorkspace) -> ArtifactTransfer {
        ArtifactTransfer(stores: host.stores, workspace: workspace)
    }

    /// - Throws: ``FailureDetails`` that names the artifact.
    func inputs(
        _ artifacts: [StoredArtifact], form: ActionTypeDescription.InputForm, in workspace: JobWorkspace
    ) async throws -> [InputArtifact] {
        let transfer = transfer(in: workspace)
        var inputs: [InputArtifact] = []
        for artifact in artifacts { inputs.append(try await transfer.fetch(artifact, form: form)) }
        return inputs
    }

    /// Opens sealed values; from here on the log masks them.
    ///
    /// - Parameters:
    ///   - owner: whose configuration it is, for the message: `action` or `rule`.
    ///   - isUntrusted: strangers may have written what runs: then a secret is a failure.
    func open(
        _ configuration: [String: ConfigurationValue], of owner: String, isUntrusted: Bool = false
    ) throws(FailureDetails) -> [String: String] {
        var opened: [String: String] = [:]
        for (key, value) in configuration {
            switch value {
            case .plain(let text): opened[key] = text
            case .sealed where isUntrusted:
                throw ForkRule.withheld(key, of: owner)
            case .sealed(let secret): opened[key] = try open(secret, of: owner)
            }
        }
        return opened
    }

    private func open(_ secret: SealedSecret, of owner: String) throws(FailureDetails) -> String {
        do {
            let text = try vault.open(secret)
            log.mask(text)
            return text
        } catch {
            throw FailureDetails(
                .configurationError, "A secret of the \(owner)'s configuration can't be opened: \(error)")
        }
    }
}

/// The host as a job sees it: everything that plugins get, and its own log.
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
    func credential(for connection: Connection) async throws(FailureDetails) -> Credential? {
        try await base.credential(for: connection)
    }

    func credential(
        for connection: Connection, insteadOf refused: Credential
    ) async throws(FailureDetails) -> Credential? {
        try await base.credential(for: connection, insteadOf: refused)
    }
}

extension ActionContinuation {
    init(token: String, pollAgain: Duration, progress: ActionProgress) {
        self.init(
            token: token, pollAgainIn: pollAgain.inSeconds, summary: progress.summary,
            externalExecutionID: progress.externalExecutionID, externalExecutionURL: progress.externalExecutionURL,
            percentComplete: progress.percentComplete)
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
