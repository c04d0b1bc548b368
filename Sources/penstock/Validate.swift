import ArgumentParser
import PenstockServer

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check pipeline definitions and buildspecs: every fault with its path and AWS's exception.")

    @OptionGroup var place: PlaceOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "Pipeline JSON or buildspec files.")
    var files: [String]

    func run() throws {
        let reports = try ValidateCommand.report(on: files, settings: place.settings())
        switch output.output {
        case .json: try CommandOutput.json(reports)
        case .text:
            for report in reports {
                for fault in report.faults {
                    let place = fault.path.isEmpty ? "" : "\(fault.path): "
                    CommandOutput.line("\(report.file): \(place)\(fault.exception): \(fault.message)")
                }
                if report.faults.isEmpty { CommandOutput.line("\(report.file): a good \(report.kind)") }
            }
        }
        if reports.contains(where: { !$0.faults.isEmpty }) { throw ExitCode(1) }
    }
}
