import ArgumentParser
import PenstockServer

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the data folder, the configuration and this machine.")

    @OptionGroup var place: PlaceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let findings = await DoctorCommand.findings(try place.settings())
        switch output.output {
        case .json: try CommandOutput.json(findings)
        case .text:
            CommandOutput.table(
                findings.map { [$0.status, $0.check, $0.message] }, header: ["STATUS", "CHECK", "FINDING"])
        }
        if findings.contains(where: { $0.status == "failed" }) { throw ExitCode(1) }
    }
}
