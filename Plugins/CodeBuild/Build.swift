import Foundation
import Isolation
import PipelineModel
import PluginKit

/// One build, from reading its buildspec to naming its artifacts. Blocks: it runs on a thread of its own.
struct Build {
    let plan: BuildPlan
    let stop: StopSignal
    let log: any ActionLog

    func outcome() -> ActionOutcome {
        do {
            return try run()
        } catch let details as FailureDetails {
            log.line("[Container] \(details.message)")
            return .failed(identified(details))
        } catch {
            return .failed(identified(FailureDetails(.systemUnavailable, "running the build: \(error)")))
        }
    }

    private func run() throws -> ActionOutcome {
        if plan.isolation == .none {
            line("This build is not isolated (modules.CodeBuild.isolation: none): it may do what the server may")
        }
        let workspace = plan.isolation == .none ? Sandbox.realFolder(plan.job.workspace.path) : nil
        ProcessTree(marker: plan.marker, workspace: workspace).end()
        let folders = try BuildFolders(plan)
        let spec = try script(folders)
        try folders.write(spec)
        if stop.isSent { throw failure(.stopped) }
        return try execute(spec, folders)
    }

    /// Starts the shell, runs the phases, reads the variables that are wanted, and ends all that was started.
    private func execute(_ spec: Buildspec, _ folders: BuildFolders) throws -> ActionOutcome {
        let shell = try start(spec, folders)
        let log = log
        var machine = PhaseMachine(phases: spec.phases, log: { log.line($0) })
        let end = machine.run(with: shell)
        var values: [String: String] = [:]
        var interruption: Interruption?
        switch end {
        case .interrupted(let reason): interruption = reason
        case .ended:
            let wanted = spec.exportedVariables + Self.variablesInPaths(of: spec)
            switch shell.values(of: wanted, succeeding: machine.failure == nil) {
            case .success(let read): values = read
            case .failure(let error): interruption = error.interruption
            }
        }
        let left = shell.finish(inPeace: interruption == nil)
        if !left.isEmpty { line("processes of this build can't be killed: \(left.sorted())") }
        if let interruption { throw failure(interruption) }
        return try conclude(spec, folders, machine.failure, end, values)
    }

    private func start(_ spec: Buildspec, _ folders: BuildFolders) throws -> BuildShell {
        let environment = makeEnvironment(spec, folders)
        for name in environment.withheld {
            line("the project's variable \(name) is withheld: a pull request from a fork started this execution")
        }
        for name in environment.ignored { line("the variable \(name) is reserved: its declared value is ignored") }
        let minutes = Int64(plan.project.timeoutMinutes)
        let log = log
        return try BuildShell(
            command: try command(spec, folders), environment: environment.variables,
            tree: ProcessTree(marker: plan.marker, workspace: plan.isolation == .none ? folders.workspace : nil),
            stop: stop, deadline: .now + .seconds(minutes * 60), log: { log.line($0) })
    }

    private func conclude(
        _ spec: Buildspec, _ folders: BuildFolders, _ failed: FailedCommand?, _ end: PhasesEnd,
        _ values: [String: String]
    ) throws -> ActionOutcome {
        var outputs: [ArtifactName: ProducedArtifact] = [:]
        if end == .ended(uploads: true) {
            do {
                outputs = try upload(spec, folders, values)
            } catch  where failed == nil {
                throw terminated("Phase UPLOAD_ARTIFACTS: \(error.message)")
            } catch {
                // The phase's failure is in the log; the build's is the command.
            }
        }
        if let failed {
            let text = failed.text.split(separator: "\n").first.map { String($0.prefix(300)) } ?? ""
            throw terminated("Phase \(failed.phase.title): command `\(text)` exited with status \(failed.status)")
        }
        var exported: [String: String] = [:]
        for name in spec.exportedVariables {
            exported[name] = values[name]
            if values[name] == nil { line("the exported variable \(name) is not set at the end of the build") }
        }
        return .succeeded(
            ActionSuccess(
                outputs: outputs, variables: exported, progress: ActionProgress(externalExecutionID: plan.buildID)))
    }

    private func upload(
        _ spec: Buildspec, _ folders: BuildFolders, _ values: [String: String]
    ) throws(ArtifactCollector.Failure) -> [ArtifactName: ProducedArtifact] {
        line("Entering phase UPLOAD_ARTIFACTS")
        let log = log
        do throws(ArtifactCollector.Failure) {
            let collector = ArtifactCollector(sourceFolder: folders.source, variables: values, log: { log.line($0) })
            // The build could have moved its source away and put a link in its place.
            guard RealPath.of(folders.source) == folders.source else {
                throw ArtifactCollector.Failure(message: "the source folder was replaced by a link")
            }
            let outputs = try collector.collect(spec, outputs: plan.job.outputs.map(\.name))
            line("Phase complete: UPLOAD_ARTIFACTS State: SUCCEEDED")
            return outputs
        } catch {
            line("Phase complete: UPLOAD_ARTIFACTS State: FAILED")
            line("Phase context status code: CLIENT_ERROR Message: \(error.message)")
            throw error
        }
    }

    private static func variablesInPaths(of spec: Buildspec) -> [String] {
        let blocks = [spec.artifacts].compactMap { $0 } + spec.secondaryArtifacts.values
        let paths = blocks.flatMap { $0.files + $0.excludePaths + [$0.baseDirectory ?? ""] }
        return Set(paths.flatMap(VariableReferences.names)).subtracting(spec.exportedVariables).sorted()
    }
}
