import ArgumentParser
import PenstockServer

struct Wait: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Block until an execution ends; the exit code is its outcome.",
        discussion: """
            Exit code 0: succeeded; 1: ended otherwise, or the time-out came first; 2: there is no such execution; \
            3: no gateway answers. Once it was answered, it waits through restarts of the gateway.
            """)

    @OptionGroup var place: PlaceOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The pipeline's name.") var pipeline: String
    @Argument(help: "The execution's id or number (default: the newest).") var execution: String?
    @Option(help: "Seconds to wait at most (default: for ever).") var timeout: Int?

    func validate() throws {
        if let timeout, timeout < 0 || timeout > 1_000_000_000 {
            throw ValidationError("--timeout must be a number of seconds from 0 to 1000000000")
        }
    }

    func run() async throws {
        let standing = try await WaitCommand.wait(
            pipeline, execution: execution, timeout: timeout, settings: place.settings())
        switch output.output {
        case .json: try CommandOutput.json(standing)
        case .text: CommandOutput.line(standing.line)
        }
        if !standing.isOver, let timeout { CommandOutput.remark("penstock: it has not ended after \(timeout) seconds") }
        if !standing.hasSucceeded { throw ExitCode(1) }
    }
}
