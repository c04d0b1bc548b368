import ArgumentParser
import Foundation
import PenstockServer

/// Runs the chosen benchmarks one after the other and ends with the table of all figures.
struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the benchmarks and print the table.")

    enum Part: String, ExpressibleByArgument, CaseIterable {
        case deliveries, starts, latency, executions, packing, footprint, engine, history, flight, wide, hosts,
            external
    }

    @Option(help: "The gateway's binary.")
    var penstock = ".build/release/penstock"

    @Option(help: "The push that is delivered.")
    var push = "Fixtures/GitHub/webhooks/push.json"

    @Option(help: "The folder of samples.")
    var fixtures = "Fixtures"

    @Option(name: .customLong("only"), parsing: .upToNextOption, help: "Only these parts.")
    var parts: [Part] = Part.allCases

    @Option(help: "Runs of each figure; the longest ones take three at most.")
    var runs = 5

    @Option(help: "Seconds of load in each run.")
    var seconds = 5

    @Option(help: "Executions of history in the ledger.")
    var history = 100_000

    func validate() throws {
        guard runs > 0, seconds > 0, history > 0 else {
            throw ValidationError("--runs, --seconds and --history must be above 0")
        }
    }

    func run() async throws {
        var figures: [Figure] = []
        for part in parts {
            CommandOutput.remark("measuring \(part.rawValue) …")
            figures += try await measure(part)
        }
        FigureTable(figures: figures).print()
    }

    private func measure(_ part: Part) async throws -> [Figure] {
        let payload = try PushBody(contentsOf: URL(fileURLWithPath: push))
        let server = URL(fileURLWithPath: penstock)
        switch part {
        case .deliveries:
            return try await DeliveryRate(payload: payload, runs: runs, seconds: seconds).withoutMatch(server)
        case .starts:
            return try await DeliveryRate(payload: payload, runs: runs, seconds: seconds).withStarts()
        case .latency: return try await StartLatency(payload: payload, runs: min(runs, 3)).figures()
        case .executions: return try await ExecutionRate(payload: payload, runs: runs).figures()
        case .packing: return try PackSpeed(runs: min(runs, 3)).figures()
        case .engine: return try EngineSpeed(runs: runs).figures()
        case .footprint: return try Footprint(server: server, runs: runs).figures()
        case .history: return try await HistoryScale(payload: payload, executions: history).figures()
        case .flight: return try InFlight.figures()
        case .hosts:
            return try HostDeliveries(server: server, fixtures: URL(fileURLWithPath: fixtures), runs: runs).figures()
        case .external: return try await ExternalCost(fixtures: URL(fileURLWithPath: fixtures)).figures()
        case .wide: return try await WidePipeline().figures()
        }
    }
}
