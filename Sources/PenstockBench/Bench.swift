import ArgumentParser

/// The benchmarks: `make bench` runs them all, the other commands are their helpers in processes of their own.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "PenstockBench", abstract: "Measures the gateway against its targets and its peers.",
        subcommands: [Measure.self, ServeNoOp.self, PackFolder.self, InFlight.self], defaultSubcommand: Measure.self)
}
