import Foundation
import Glibc
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
            line(
                "This build is not isolated (modules.CodeBuild.isolation: none): it can read and write what the server can"
            )
        }
        ProcessTree(marker: plan.marker, workspace: plan.job.workspace.path).end()
        let folders = try BuildFolders(plan)
        let spec = try readBuildspec(folders)
        try folders.write(spec)
        if stop.isSent { throw failure(.stopped) }
        return try execute(spec, folders)
    }

    private func execute(_ spec: Buildspec, _ folders: BuildFolders) throws -> ActionOutcome {
        let environment = makeEnvironment(spec, folders)
        for name in environment.ignored { line("the variable \(name) is reserved: its declared value is ignored") }
        let minutes = Int64(plan.project.timeoutMinutes)
        let log = log
        let shell = try BuildShell(
            command: try command(spec, folders), environment: environment.variables,
            tree: ProcessTree(marker: plan.marker, workspace: plan.isolation == .none ? folders.workspace : nil),
            stop: stop, deadline: .now + .seconds(minutes * 60), log: { log.line($0) })

        var machine = PhaseMachine(phases: spec.phases, log: { log.line($0) })
        let end = machine.run(with: shell)
        let wanted = spec.exportedVariables + Self.variablesInPaths(of: spec)
        var values: Result<[String: String], BuildShell.InterruptedError> = .success([:])
        if case .ended = end { values = shell.values(of: wanted, succeeding: machine.failure == nil) }
        var inPeace = false
        if case .ended = end, case .success = values { inPeace = true }
        let left = shell.finish(inPeace: inPeace)
        if !left.isEmpty { line("processes of this build can't be killed: \(left.sorted())") }

        if case .interrupted(let interruption) = end { throw failure(interruption) }
        let known: [String: String]
        switch values {
        case .success(let read): known = read
        case .failure(let error): throw failure(error.interruption)
        }
        return try conclude(spec, folders, machine.failure, end, known)
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

// MARK: - Before the first command

extension Build {
    private func readBuildspec(_ folders: BuildFolders) throws(FailureDetails) -> Buildspec {
        let found = try BuildspecLocation(action: plan.action, project: plan.project, sourceFolder: folders.source)
            .read()
        switch BuildspecParser.parse(found.contents) {
        case .faulty(let faults):
            let list = faults.map { "\($0.path.isEmpty ? "the document" : $0.path): \($0.message)" }
            throw ActionSettings.wrong(
                "YAML_FILE_ERROR in the buildspec (\(found.name)): \(list.joined(separator: "; "))")
        case .parsed(let spec):
            var refusals = spec.refusals
            for user in spec.requestedUsers where user.name != Self.presentUser {
                let message = "commands run as the present user '\(Self.presentUser)', not as '\(user.name)'; remove it"
                refusals.append(DocumentNote(path: user.path, message: message))
            }
            if !refusals.isEmpty {
                let list = refusals.map { "\($0.path): \($0.message)" }.joined(separator: "; ")
                throw ActionSettings.wrong("the buildspec (\(found.name)) asks for what can't be done here: \(list)")
            }
            for note in spec.notes { line("buildspec (\(found.name)) \(note.path): \(note.message)") }
            return spec
        }
    }

    private static let presentUser: String = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? ""

    private func command(_ spec: Buildspec, _ folders: BuildFolders) throws -> [String] {
        let shell = spec.shell.executable
        guard access(shell, X_OK) == 0 else {
            throw ActionSettings.wrong("env.shell: \(shell) isn't installed on this machine; install it or use /bin/sh")
        }
        let mode = spec.version == .oneShell ? "one" : "each"
        let program = ["/bin/sh", "\(folders.commands)/keeper", shell, folders.commands, folders.state, mode]
        guard plan.isolation == .bubblewrap else { return program }
        guard let executable = Sandbox.executable else {
            throw ActionSettings.wrong("bubblewrap (bwrap) is not installed: \(IsolationCheck.remedy)")
        }
        let sandbox = Sandbox(
            executable: executable, writable: [folders.workspace] + folders.inputs, temporary: folders.temporary,
            readOnly: [folders.commands], hidden: plan.hidden)
        return sandbox.command(running: program)
    }

    private func makeEnvironment(_ spec: Buildspec, _ folders: BuildFolders) -> BuildEnvironment {
        let usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        let facts = BuildEnvironment.Facts(
            buildID: plan.buildID, number: plan.number, started: plan.started, home: folders.home,
            sourceFolder: folders.source, image: plan.project.image, marker: plan.marker,
            path: ProcessInfo.processInfo.environment["PATH"] ?? usual)
        return BuildEnvironment(
            job: plan.job, action: plan.action, project: plan.project, spec: spec, facts: facts)
    }

    private func line(_ text: String) { log.line("[Container] \(text)") }
}

// MARK: - Failures

extension Build {
    private func failure(_ interruption: Interruption) -> FailureDetails {
        switch interruption {
        case .stopped: FailureDetails(.jobFailed, "Build terminated with state: STOPPED")
        case .timedOut:
            FailureDetails(
                .jobFailed,
                """
                Build terminated with state: TIMED_OUT. It ran longer than the \(plan.project.timeoutMinutes) minutes of \
                projects.\(plan.action.projectName).timeout_minutes
                """)
        case .lost:
            terminated("The build's shell was ended from inside the build, or the sandbox could not be kept up")
        }
    }

    private func terminated(_ reason: String) -> FailureDetails {
        FailureDetails(.jobFailed, "Build terminated with state: FAILED. \(reason)")
    }

    private func identified(_ details: FailureDetails) -> FailureDetails {
        var details = details
        details.message = String(details.message.prefix(5000))
        details.externalExecutionID = plan.buildID
        details.externalExecutionSummary = details.message.split(separator: ". ").first.map(String.init)
        return details
    }
}
