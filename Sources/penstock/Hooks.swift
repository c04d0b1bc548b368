import ArgumentParser
import PenstockServer

struct Hooks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The hooks of the configuration.", subcommands: [List.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print each hook's URL, and the hooks that the gateway keeps at hosts.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let hooks = try await HooksCommand.listWithState(place.settings())
            guard output.output == .text else { return try CommandOutput.json(hooks) }
            CommandOutput.table(
                hooks.map { [$0.name, $0.provider, $0.connection, $0.url, $0.state] },
                header: ["NAME", "PROVIDER", "CONNECTION", "URL", "AT THE HOST"])
        }
    }
}
