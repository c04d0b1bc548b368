import Foundation
import Glibc
import Isolation
import PipelineModel
import PluginKit

/// Before the first command: the buildspec, the command line, the variables.
extension Build {
    func script(_ folders: BuildFolders) throws(FailureDetails) -> Buildspec {
        switch plan.script {
        case .buildspec: return try readBuildspec(folders)
        case .commands(let commands):
            return Buildspec(version: .oneShell, phases: [.build: Buildspec.Commands(commands: commands)])
        }
    }

    private func readBuildspec(_ folders: BuildFolders) throws(FailureDetails) -> Buildspec {
        let found = try BuildspecLocation(plan, sourceFolder: folders.source).read()
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

    func command(_ spec: Buildspec, _ folders: BuildFolders) throws -> [String] {
        let shell = spec.shell.executable
        guard access(shell, X_OK) == 0 else {
            throw ActionSettings.wrong("env.shell: \(shell) isn't installed on this machine; install it or use /bin/sh")
        }
        let mode = spec.version == .oneShell ? "one" : "each"
        let program = ["/bin/sh", "\(folders.commands)/keeper", shell, folders.commands, folders.state, mode]
        guard plan.isolation == .bubblewrap else { return program }
        guard let executable = Sandbox.executable else {
            throw ActionSettings.wrong("bubblewrap (bwrap) is not installed: \(CodeBuild.isolationRemedy)")
        }
        let sandbox = Sandbox(
            executable: executable, writable: [folders.workspace] + folders.inputs, temporary: folders.temporary,
            readOnly: [folders.commands], hidden: plan.hidden)
        return sandbox.command(running: program)
    }

    func makeEnvironment(_ spec: Buildspec, _ folders: BuildFolders) -> BuildEnvironment {
        let usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        let facts = BuildEnvironment.Facts(
            buildID: plan.buildID, number: plan.number, started: plan.started, home: folders.home,
            sourceFolder: folders.source, image: plan.project.image, marker: plan.marker,
            path: ProcessInfo.processInfo.environment["PATH"] ?? usual)
        return BuildEnvironment(
            job: plan.job, action: plan.action, project: plan.project, spec: spec, facts: facts)
    }

    func line(_ text: String) { log.line("[Container] \(text)") }
}

// MARK: - Failures

extension Build {
    func failure(_ interruption: Interruption) -> FailureDetails {
        switch interruption {
        case .stopped: FailureDetails(.jobFailed, "Build terminated with state: STOPPED")
        case .timedOut:
            FailureDetails(
                .jobFailed,
                """
                Build terminated with state: TIMED_OUT. It ran longer than the \(plan.project.timeoutMinutes) minutes \
                of \(timeLimit)
                """)
        case .lost:
            terminated("The build's shell was ended from inside the build, or the sandbox could not be kept up")
        }
    }

    private var timeLimit: String {
        switch plan.script {
        case .buildspec: "projects.\(plan.action.projectName).timeout_minutes"
        case .commands: "a Commands rule"
        }
    }

    func terminated(_ reason: String) -> FailureDetails {
        FailureDetails(.jobFailed, "Build terminated with state: FAILED. \(reason)")
    }

    func identified(_ details: FailureDetails) -> FailureDetails {
        var details = details
        details.message = String(details.message.prefix(5000))
        details.externalExecutionID = plan.buildID
        details.externalExecutionSummary = details.message.split(separator: ". ").first.map(String.init)
        return details
    }
}
