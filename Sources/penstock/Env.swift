import ArgumentParser
import PenstockServer

struct Env: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print export lines that point AWS clients at the gateway.",
        discussion: "Use it as: eval \"$(penstock env)\". It prints the data folder's secret key.")

    @OptionGroup var place: PlaceOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let values = try EnvCommand.output(place.settings())
        switch output.output {
        case .json: try CommandOutput.json(values)
        case .text: EnvCommand.lines(values).forEach { CommandOutput.exact($0) }
        }
    }
}
