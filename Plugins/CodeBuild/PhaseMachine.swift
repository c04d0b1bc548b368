/// Which phase follows which, and what a failing command means. Knows nothing of processes.
///
/// INSTALL or PRE_BUILD failed: the build ends. BUILD failed: POST_BUILD still runs, and the artifacts are still
/// looked for. `on-failure: ABORT` ends the build, `CONTINUE` goes on to the next phase; the build has failed all the
/// same. docs.aws.amazon.com/codebuild, "Build phase transitions".
struct PhaseMachine {
    let phases: [BuildPhase: Buildspec.Commands]
    let log: (String) -> Void

    /// The first command that failed.
    private(set) var failure: FailedCommand?

    init(phases: [BuildPhase: Buildspec.Commands], log: @escaping (String) -> Void) {
        self.phases = phases
        self.log = log
    }

    /// Runs the phases one after the other.
    mutating func run(with runner: some CommandRunner) -> PhasesEnd {
        for phase in BuildPhase.allCases {
            let commands = phases[phase] ?? Buildspec.Commands()
            log("[Container] Entering phase \(phase.title)")
            let failed: FailedCommand?
            switch run(phase, commands, with: runner) {
            case .interrupted(let interruption): return .interrupted(interruption)
            case .finished(let command): failed = command
            }
            logEnd(of: phase, failed)
            guard let failed else { continue }
            failure = failure ?? failed
            if !goesOn(after: phase, commands.onFailure) { return .ended(uploads: false) }
        }
        return .ended(uploads: true)
    }

    private func goesOn(after phase: BuildPhase, _ choice: Buildspec.Commands.OnFailure?) -> Bool {
        switch (choice, phase) {
        case (.proceed, _): true
        case (.abort, _): false
        case (nil, .install), (nil, .preBuild): false
        case (nil, .build), (nil, .postBuild): true
        }
    }

    private enum PhaseEnd {
        case finished(FailedCommand?)
        case interrupted(Interruption)
    }

    /// The commands up to the first that fails, then `finally` up to the first that fails.
    private func run(
        _ phase: BuildPhase, _ commands: Buildspec.Commands, with runner: some CommandRunner
    ) -> PhaseEnd {
        var failed: FailedCommand?
        for (block, texts) in [(CommandID.Block.commands, commands.commands), (.finally, commands.finally)] {
            commands: for (index, text) in texts.enumerated() {
                let id = CommandID(phase: phase, block: block, index: index)
                log("[Container] Running command \(text)")
                switch runner.run(id, succeeding: failure == nil && failed == nil) {
                case .interrupted(let interruption): return .interrupted(interruption)
                case .exited(0): continue
                case .exited(let status):
                    log("[Container] Command did not exit successfully \(text) exit status \(status)")
                    failed = failed ?? FailedCommand(phase: phase, text: text, status: status)
                    break commands
                }
            }
        }
        return .finished(failed)
    }

    private func logEnd(of phase: BuildPhase, _ failed: FailedCommand?) {
        log("[Container] Phase complete: \(phase.title) State: \(failed == nil ? "SUCCEEDED" : "FAILED")")
        let reason = failed.map {
            """
            COMMAND_EXECUTION_ERROR Message: Error while executing command: \($0.text). \
            Reason: exit status \($0.status)
            """
        }
        log("[Container] Phase context status code: \(reason ?? " Message:")")
    }
}

/// Runs one command of the build to its end.
protocol CommandRunner: AnyObject {
    /// - Parameter succeeding: what `CODEBUILD_BUILD_SUCCEEDING` says to the command.
    func run(_ command: CommandID, succeeding: Bool) -> CommandEnd
}

/// A command's place in the buildspec.
struct CommandID: Hashable {
    enum Block: String { case commands, finally }

    let phase: BuildPhase
    let block: Block
    let index: Int

    var fileName: String { "\(phase.rawValue).\(block.rawValue).\(index)" }
}

enum CommandEnd: Equatable {
    case exited(Int32)
    case interrupted(Interruption)
}

/// Why a build ends in the middle of a command.
enum Interruption: Equatable, Sendable {
    /// The action was stopped or timed out: the outcome is ignored.
    case stopped
    /// The project's `timeout_minutes` are over.
    case timedOut
    /// The shell's keeper is gone, e.g. killed by the build itself.
    case lost
}

struct FailedCommand: Equatable {
    let phase: BuildPhase
    let text: String
    let status: Int32
}

enum PhasesEnd: Equatable {
    /// Whether UPLOAD_ARTIFACTS follows.
    case ended(uploads: Bool)
    case interrupted(Interruption)
}
