import CodePipelineAPI
import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PluginKit
import ServiceLifecycle
import UnixSignals
import PipelineStore
import ActionRunner

/// `penstock run`: one execution of a definition, here and now, with the engine and the modules of `serve`.
package enum RunCommand {
    /// - Returns: whether the execution succeeded.
    /// - Throws: ``CommandError``, ``SettingsError``.
    package static func run(_ request: RunRequest, settings base: ServerSettings) async throws -> Bool {
        for export in request.exports { try RunExporter.checkIsFree(export.folder) }
        let folder = try dataFolder(request)
        defer { if request.dataFolder == nil { try? FileManager.default.removeItem(at: folder) } }
        let settings = try settings(base, for: request, dataFolder: folder)
        let view: any RunView = LiveRunView.isPossible ? LiveRunView() : PlainRunView()
        let gateway = try await Gateway.open(
            settings, logger: try CommandLogger.make(level: "warning"),
            actions: [FolderSource(leavingOut: [base.dataFolder, folder])], lines: { view.line($0) })
        do {
            let succeeded = try await run(request, on: gateway, view: view)
            await gateway.close()
            return succeeded
        } catch {
            await gateway.close()
            throw error
        }
    }

    private static func run(_ request: RunRequest, on gateway: Gateway, view: any RunView) async throws -> Bool {
        let settings = gateway.settings
        let definition = try RunDefinition(request) { connectionARN($0, settings) }
        let execution = try await start(definition, on: gateway)
        guard let declaration = try await gateway.ledger.state(of: definition.name)?.declaration else { return false }
        let monitor = RunMonitor(
            gateway: gateway, declaration: declaration, execution: execution, approvals: request.approvals, view: view)
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: gateway.workshop),
                    .init(service: monitor, successTerminationBehavior: .gracefullyShutdownGroup),
                ], gracefulShutdownSignals: [.sigterm, .sigint], logger: gateway.logger))
        try await group.run()
        guard let ended = try await gateway.ledger.execution(execution) else { return false }
        RunSummary(execution: ended).lines.forEach { CommandOutput.line($0) }
        guard ended.status == .succeeded else { return false }
        for export in request.exports { try await RunExporter(host: gateway.host).export(export) }
        return true
    }

    /// Declares the pipeline, or updates the one that the data folder holds, and starts it.
    private static func start(_ definition: RunDefinition, on gateway: Gateway) async throws -> ExecutionID {
        let operations = CodePipelineOperations(service: gateway.api)
        let context = CallContext(
            principalARN: "arn:aws:iam::\(gateway.settings.account):user/administrator",
            account: gateway.settings.account, region: gateway.settings.region, now: Date().timeIntervalSince1970,
            requestID: UUID().uuidString.lowercased())
        do throws(APIError) {
            let exists = try await existing(definition.name, gateway)
            let input = Document.structure(["pipeline": definition.document])
            _ = try await operations.perform(exists ? "UpdatePipeline" : "CreatePipeline", input: input, in: context)
            if exists {
                let start = Document.structure(["name": .string(definition.name.rawValue)])
                _ = try await operations.perform("StartPipelineExecution", input: start, in: context)
            }
        } catch {
            throw CommandError(.invalidInput, "\(error)")
        }
        guard let execution = try await gateway.ledger.executions(of: definition.name, before: nil, limit: 1).first
        else {
            throw CommandError(.failed, "the pipeline was declared and did not start")
        }
        return execution.id
    }

    private static func existing(_ name: PipelineName, _ gateway: Gateway) async throws(APIError) -> Bool {
        do {
            return try await gateway.ledger.state(of: name) != nil
        } catch {
            throw APIError("InternalFailure", "\(error)", httpStatus: 500)
        }
    }

    private static func dataFolder(_ request: RunRequest) throws -> URL {
        if let folder = request.dataFolder { return folder }
        return FileManager.default.temporaryDirectory.appending(path: "penstock-run-\(UUID().uuidString.lowercased())")
    }

    /// The configuration's settings, with a connection for each repository that stands in for a source.
    private static func settings(
        _ base: ServerSettings, for request: RunRequest, dataFolder: URL
    ) throws -> ServerSettings {
        var settings = base
        settings.dataFolder = dataFolder
        settings.hooks = []
        for source in request.sources {
            guard case .repository(let base, _, _) = source.place else { continue }
            settings.connections.append(
                try ConnectionSettings(name: connectionName(source.action), value: .map(["url": .string(base)])))
        }
        return settings
    }

    private static func connectionName(_ action: String) -> String { "run-\(action)" }

    private static func connectionARN(_ action: String, _ settings: ServerSettings) -> String {
        "arn:aws:codeconnections:\(settings.region):\(settings.account):connection/\(connectionName(action))"
    }
}
