import Testing

@testable import CodeBuildPlugin

@Suite struct PhaseMachineTests {
    /// Commands named `bad` fail with status 3, `stop` interrupts.
    final class Script: CommandRunner {
        let phases: [BuildPhase: Buildspec.Commands]
        var ran: [String] = []
        init(_ phases: [BuildPhase: Buildspec.Commands]) { self.phases = phases }

        func run(_ command: CommandID, succeeding: Bool) -> CommandEnd {
            let block = phases[command.phase] ?? .init()
            let text = (command.block == .commands ? block.commands : block.finally)[command.index]
            ran.append(succeeding ? text : text + "!")
            return text == "bad" ? .exited(3) : text == "stop" ? .interrupted(.stopped) : .exited(0)
        }
    }

    struct Case: Sendable, CustomStringConvertible {
        let description: String
        let phases: [BuildPhase: Buildspec.Commands]
        let ran: String
        let end: PhasesEnd
        let failed: BuildPhase?
    }

    private static func row(
        _ name: String, _ phases: [BuildPhase: Buildspec.Commands], _ ran: String, _ end: PhasesEnd,
        _ failed: BuildPhase? = nil
    ) -> Case { Case(description: name, phases: phases, ran: ran, end: end, failed: failed) }

    static let cases: [Case] = [
        row("nothing to do", [:], "", .ended(uploads: true)),
        row(
            "all in order",
            [
                .install: .init(commands: ["a"], finally: ["b"]), .preBuild: .init(commands: ["c"]),
                .build: .init(commands: ["d"]), .postBuild: .init(commands: ["e"]),
            ], "a b c d e", .ended(uploads: true)),
        row(
            "install fails",
            [.install: .init(commands: ["bad", "x"], finally: ["f"]), .build: .init(commands: ["b"])],
            "bad f!", .ended(uploads: false), .install),
        row(
            "pre_build fails", [.preBuild: .init(commands: ["bad"]), .build: .init(commands: ["b"])], "bad",
            .ended(uploads: false), .preBuild),
        row(
            "build fails", [.build: .init(commands: ["bad"]), .postBuild: .init(commands: ["p"])], "bad p!",
            .ended(uploads: true), .build),
        row(
            "build aborts",
            [.build: .init(commands: ["bad"], onFailure: .abort), .postBuild: .init(commands: ["p"])], "bad",
            .ended(uploads: false), .build),
        row(
            "install goes on",
            [.install: .init(commands: ["bad"], onFailure: .proceed), .build: .init(commands: ["b"])], "bad b!",
            .ended(uploads: true), .install),
        row("post_build fails", [.postBuild: .init(commands: ["bad"])], "bad", .ended(uploads: true), .postBuild),
        row(
            "post_build aborts", [.postBuild: .init(commands: ["bad"], onFailure: .abort)], "bad",
            .ended(uploads: false), .postBuild),
        row("finally fails", [.install: .init(finally: ["bad", "x"])], "bad", .ended(uploads: false), .install),
        row(
            "the first failure counts", [.build: .init(commands: ["bad"]), .postBuild: .init(commands: ["bad"])],
            "bad bad!", .ended(uploads: true), .build),
        row(
            "stopped", [.build: .init(commands: ["stop", "x"], finally: ["f"]), .postBuild: .init(commands: ["p"])],
            "stop", .interrupted(.stopped)),
    ]

    @Test(arguments: cases) func `a failure decides what follows`(item: Case) {
        let script = Script(item.phases)
        var machine = PhaseMachine(phases: item.phases, log: { _ in })
        #expect(machine.run(with: script) == item.end)
        #expect(script.ran.joined(separator: " ") == item.ran)
        #expect(machine.failure?.phase == item.failed)
    }

    @Test func `the log speaks as CodeBuild does`() {
        let phases: [BuildPhase: Buildspec.Commands] = [.install: .init(commands: ["bad"])]
        var lines: [String] = []
        var machine = PhaseMachine(phases: phases, log: { lines.append($0) })
        _ = machine.run(with: Script(phases))
        #expect(
            lines == [
                "[Container] Entering phase INSTALL", "[Container] Running command bad",
                "[Container] Command did not exit successfully bad exit status 3",
                "[Container] Phase complete: INSTALL State: FAILED",
                "[Container] Phase context status code: COMMAND_EXECUTION_ERROR Message: "
                    + "Error while executing command: bad. Reason: exit status 3",
            ])
    }
}
