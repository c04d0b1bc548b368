import ArgumentParser
import PenstockServer

/// `penstock serve` with actions that do nothing, for the deliveries that start executions.
struct ServeNoOp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve-noop", abstract: "Run the gateway with actions that do nothing.")

    @Option var config: String
    @Option var data: String
    @Option var listen: String

    func run() async throws {
        let settings = try ServerSettings.load(.init(config: config, data: data, listen: listen))
        try await ServeCommand.run(settings, actions: NoOpAction.all())
    }
}
