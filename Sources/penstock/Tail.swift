import ArgumentParser
import PenstockServer

struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the logs of an execution's actions and rules.",
        discussion: """
            With --follow it prints lines as they come, through restarts of the gateway, until the execution ends; \
            its exit code is then the outcome, as with penstock wait.
            """)

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The pipeline's name.") var pipeline: String
    @Argument(help: "The execution's id or number (default: the newest).") var execution: String?
    @Option(help: "Only this action's log, or this rule's.") var action: String?
    @Flag(name: .shortAndLong, help: "Go on until the execution ends.") var follow = false

    func run() async throws {
        var tail = TailCommand(
            pipeline: pipeline, action: action, follows: follow, settings: try place.settings())
        let standing = try await tail.run(execution: execution)
        guard follow else { return }
        CommandOutput.remark(standing.line)
        if !standing.hasSucceeded { throw ExitCode(1) }
    }
}
