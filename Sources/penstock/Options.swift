import ArgumentParser
import PenstockServer

/// Where the configuration and the data lie: the same for every command.
struct PlaceOptions: ParsableArguments {
    @Option(help: "The configuration file (default: ./penstock.yaml, if it is there).")
    var config: String?

    @Option(help: "The data folder (default: $PENSTOCK_DATA, else ./.penstock).")
    var data: String?

    func settings(listen: String? = nil) throws -> ServerSettings {
        try ServerSettings.load(.init(config: config, data: data, listen: listen))
    }
}

enum OutputForm: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

struct OutputOptions: ParsableArguments {
    @Option(help: "How to print data: text or json.")
    var output = OutputForm.text
}
