import ArgumentParser
import Foundation
import PenstockServer

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run one execution of a pipeline definition, here and now.",
        discussion: """
            The same engine and modules as serve, with a throw-away data folder unless --data is given. \
            Exit code 0: succeeded; 1: failed or stopped; 2: the definition or an option is wrong.
            """)

    @Argument(help: "The pipeline's definition, JSON as for aws codepipeline create-pipeline.")
    var definition: String

    @Option(
        help: ArgumentHelp(
            "What a source action reads: a folder's files as they are, or the tip of a branch of a repository.",
            valueName: "NAME=DIR_OR_URL[@REF]"))
    var source: [String] = []

    @Option(name: .customLong("var"), help: ArgumentHelp("A pipeline variable.", valueName: "NAME=VALUE"))
    var variable: [String] = []

    @Option(help: "How to answer manual approvals: ask, all or none.")
    var approve = Approvals.ask

    @Option(
        help: ArgumentHelp("Write a bucket's objects into an empty folder at the end.", valueName: "BUCKET=DIR"))
    var export: [String] = []

    @OptionGroup var place: PlaceOptions

    enum Approvals: String, ExpressibleByArgument, CaseIterable { case ask, all, none }

    func run() async throws {
        let variables = try variable.map { text -> (String, String) in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw CommandError(.invalidInput, "--var must be NAME=VALUE, not '\(text)'")
            }
            return (parts[0], parts[1])
        }
        let settings = try place.settings()
        let request = RunRequest(
            definition: URL(fileURLWithPath: definition), sources: try source.map(RunSource.init(parsing:)),
            variables: Dictionary(variables, uniquingKeysWith: { _, last in last }),
            approvals: RunRequest.Approvals(rawValue: approve.rawValue) ?? .ask,
            dataFolder: place.data == nil ? nil : settings.dataFolder, exports: try export.map(RunExport.init(parsing:))
        )
        guard try await RunCommand.run(request, settings: settings) else { throw ExitCode(1) }
    }
}
