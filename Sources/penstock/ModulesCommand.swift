import ArgumentParser
import PenstockServer

struct ModulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modules", abstract: "The bundled modules: what they do, their settings, their health.",
        subcommands: [List.self, Describe.self])

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
                        module.name, bad.isEmpty ? "ok" : bad.map(\.message).joined(separator: "; "), module.summary,
                    ]
                }, header: ["NAME", "HEALTH", "WHAT IT DOES"])
        }
    }

    struct Describe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Describe one module.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The module's name.") var name: String

        func run() async throws {
            let module = try await ModulesReport.one(name, place.settings())
            guard output.output == .text else { return try CommandOutput.json(module) }
            CommandOutput.line("\(module.name): \(module.summary)")
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
}
