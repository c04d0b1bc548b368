import ArgumentParser
import PenstockServer

struct ActionTypes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "actiontypes",
        abstract: "The custom action types of a running gateway, whose actions job workers do.",
        subcommands: [Create.self, List.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make custom action types.", subcommands: [Jenkins.self])
    }

    struct Jenkins: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the Build and Test types that the AWS CodePipeline plugin of Jenkins polls.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The provider's name, as the plugin's settings have it.") var provider = "Jenkins"
        @Option(help: "The types' version.") var typeVersion = "1"
        @Option(help: "Jenkins's URL, for links to jobs and builds.") var server: String?

        func run() async throws {
            let made = try await withGateway(place) { client in
                try await ActionTypesCommand.createJenkins(
                    provider: provider, version: typeVersion, server: server, on: client)
            }
            guard output.output == .text else { return try CommandOutput.json(made) }
            for type in made { CommandOutput.line("\(type.type): \(type.outcome)") }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the custom action types.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let types = try await withGateway(place) { try await ActionTypesCommand.list(on: $0) }
            guard output.output == .text else { return try CommandOutput.json(types) }
            types.forEach(CommandOutput.line)
        }
    }
}

private func withGateway<Answer: Sendable>(
    _ place: PlaceOptions, _ work: (PenstockClient) async throws -> Answer
) async throws -> Answer {
    let client = try PenstockClient(place.settings(), door: .codePipeline)
    do {
        let answer = try await work(client)
        await client.close()
        return answer
    } catch {
        await client.close()
        throw error
    }
}
