import ArgumentParser
import PenstockServer

struct ConnectionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connections", abstract: "The connections to Git hosts of a running gateway.",
        subcommands: [List.self, Complete.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the connections.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let list = try await call("ListConnections", as: ConnectionList.self, place)
            guard output.output == .text else { return try CommandOutput.json(list) }
            CommandOutput.table(
                list.connections.map { [$0.name, $0.provider, $0.status, $0.url ?? "-", $0.origin, $0.arn] },
                header: ["NAME", "PROVIDER", "STATUS", "URL", "FROM", "ARN"])
        }
    }

    struct Complete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a connection that was made by 'aws codeconnections create-connection' what it needs.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The connection's name or ARN.") var connection: String
        @Option(help: "The host's URL: URL/owner/repository is a repository (default: the provider's usual one).")
        var url: String?
        @Option(help: "The URL of the host's API, where it can't be told from the host's.") var apiURL: String?
        @Option(help: "A file that holds the token or the password.") var tokenFile: String?
        @Option(help: "The user that the token belongs to.") var user: String?
        @Option(help: "KEY=VALUE, as the module's README lists them; may be given several times.")
        var option: [String] = []
        @Option(help: "KEY=FILE, a secret beside the token, e.g. private_key; may be given several times.")
        var secretFile: [String] = []

        @Flag(help: "It needs no credential: all its repositories are public.") var anonymous = false

        func run() async throws {
            let completion = try PenstockServer.ConnectionsCommand.completion(
                of: connection, url: url, apiURL: apiURL, user: user, tokenFile: tokenFile, options: option,
                secretFiles: secretFile, anonymous: anonymous)
            let view = try await call("CompleteConnection", completion, as: ConnectionView.self, place)
            guard output.output == .text else { return try CommandOutput.json(view) }
            CommandOutput.line("\(view.name) is \(view.status)")
        }
    }
}
