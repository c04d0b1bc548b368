import ArgumentParser
import Foundation
import PipelineSimulator

/// Runs seeds until one fails, or one seed, or a scripted scenario.
@main
struct PenstockSimulator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "PenstockSimulator",
        abstract: "Drives the engine and its ledger through random worlds and checks what must always hold.")

    @Option(help: "How many seeds to run.") var seeds = 1000
    @Option(help: "The first seed.") var first: UInt64 = 1
    @Option(help: "Steps of a seed.") var steps = 100
    @Option(help: "Runs this seed alone and prints its steps.") var seed: UInt64?
    @Flag(help: "Prints what the seeds reach.") var reach = false

    func run() async throws {
        if let seed { return try replay(seed) }
        try runSeeds()
    }

    private func say(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }

    private func replay(_ seed: UInt64) throws {
        let scenario = Simulation.scenario(seed: seed, steps: steps)
        say("\(scenario)")
        if let violation = Simulation.violation(in: scenario) { throw failure(scenario, violation) }
        say("seed \(seed) holds")
    }

    private func runSeeds() throws {
        let start = ContinuousClock.now
        var reached: [String: Int] = [:]
        var count = 0
        for seed in first..<(first + UInt64(seeds)) {
            let scenario = Simulation.scenario(seed: seed, steps: steps)
            count += scenario.steps.count
            var simulation = Simulation()
            if let violation = simulation.run(scenario) { throw failure(scenario, violation) }
            if reach { reached.merge(simulation.reached, uniquingKeysWith: +) }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        for (kind, times) in reached.sorted(by: { $0.key < $1.key }) { say("  \(kind): \(times)") }
        say(
            "\(seeds) seeds, \(count) steps without a violation in \(Int(seconds * 10)) tenths of a second: "
                + "\(Int(Double(count) / seconds)) steps/s on one core")
    }

    private func failure(_ scenario: Scenario, _ violation: Violation) -> ExitCode {
        say("\(scenario.name): \(violation)")
        let small = Shrinker.shrink(scenario, breaking: violation)
        say("shrunk to \(small.steps.count) steps; as a row of SimulatorFindingsTests:")
        say("\"\"\"\n\(small)\n\"\"\"")
        if let violation = Simulation.violation(in: small) { say("\(violation)") }
        return ExitCode(1)
    }
}
