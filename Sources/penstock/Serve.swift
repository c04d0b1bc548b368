import ArgumentParser
import PenstockServer

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the gateway until SIGTERM.")

    @OptionGroup var place: PlaceOptions
    @Option(help: "HOST:PORT to listen on (default: 127.0.0.1:7420; port 0 picks a free one).")
    var listen: String?

    func run() async throws {
        try await ServeCommand.run(place.settings(listen: listen))
    }
}
