import ArgumentParser
import ExternalModules
import Foundation
import PenstockServer

struct ModulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modules",
        abstract: "The modules, bundled and external: what they do, their settings, their health.",
        subcommands: [List.self, Describe.self, Check.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the modules and their health.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let modules = try await ModulesReport.all(place.settings())
            guard output.output == .text else { return try CommandOutput.json(modules) }
            CommandOutput.table(
                modules.map { module in
                    let bad = module.health.filter { $0.status != "ok" }
                    return [
                        module.name, module.kind, module.process?.state ?? "",
                        bad.isEmpty ? "ok" : bad.map(\.message).joined(separator: "; "), module.summary,
                    ]
                }, header: ["NAME", "KIND", "PROCESS", "HEALTH", "WHAT IT DOES"])
            for host in await ModulesReport.outages(try place.settings()) {
                CommandOutput.line("\(host.host) is left alone (\(host.state)): \(host.reason ?? "")")
            }
        }
    }

    struct Describe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Describe one module, or the events that all of them speak.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions
        @Flag(help: "Print the JSON Schema of the events that modules translate deliveries into.")
        var eventsSchema = false
        @Argument(help: "The module's name.") var name: String?

        func validate() throws {
            guard (name == nil) == eventsSchema else {
                throw ValidationError("Give a module's name or --events-schema.")
            }
        }

        func run() async throws {
            guard let name else { return CommandOutput.exact(ModulesReport.eventsSchema) }
            let module = try await ModulesReport.one(name, place.settings())
            guard output.output == .text else { return try CommandOutput.json(module) }
            CommandOutput.line("\(module.name): \(module.summary) (\(module.kind))")
            CommandOutput.line("contributes:")
            module.contributions.forEach { CommandOutput.line("  \($0)") }
            CommandOutput.line("settings under modules.\(module.name):")
            for setting in module.settings {
                let usual = setting.defaultValue.map { " (default: \($0))" } ?? ""
                CommandOutput.line("  \(setting.key): \(setting.summary)\(usual)")
            }
            for finding in module.health {
                CommandOutput.line("\(finding.status): \(finding.name): \(finding.message)")
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the conformance suite against an external module.",
            discussion: """
                Starts the module in DIR as the gateway would, with its settings from the configuration, and looks at \
                every duty of the protocol. DIR/samples/NAME.json are deliveries and jobs to try; \
                DIR/samples/NAME.golden.json is what is to come of them. Exit code 1: a check failed.
                """)

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The folder with the module's module.json.") var dir: String

        func run() async throws {
            let asJSON = output.output == .json
            let passed = try await ModulesReport.check(
                URL(fileURLWithPath: dir, isDirectory: true), place.settings()
            ) { check in
                guard !asJSON else { return CommandOutput.jsonLine(check) }
                CommandOutput.line("\(check.passed ? "ok    " : "FAILED") \(check.name): \(check.message)")
            }
            guard passed else { throw ExitCode(1) }
        }
    }
}
