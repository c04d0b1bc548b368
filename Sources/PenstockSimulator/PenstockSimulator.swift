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
    @Option(help: "How many cores to use; 0 for all.") var jobs = 0
    @Option(help: "Steps of a seed.") var steps = 100
    @Option(help: "Runs this seed alone and prints its steps.") var seed: UInt64?
    @Option(help: "Runs a scripted scenario over the ledger in this folder, or goes on with it.") var ledger: String?
    @Option(help: "The scripted scenario's name.") var scenario: String?
    @Option(help: "Kills itself after so many commits.") var killAfter: Int?
    @Flag(help: "Prints what the seeds reach.") var reach = false

    func run() async throws {
        if let ledger, let name = scenario {
            guard let scenario = try ScriptedScenarios.scenario(name) else {
                throw ValidationError("There is no scenario '\(name)'. There are \(ScriptedScenarios.names).")
            }
            let run = LedgerRun(scenario: scenario, folder: URL(filePath: ledger), killAfter: killAfter)
            return say(try await run.run())
        }
        if let seed { return try replay(seed) }
        try await runSeeds()
    }

    private func say(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }

    private func replay(_ seed: UInt64) throws {
        let scenario = Simulation.scenario(seed: seed, steps: steps)
        say("\(scenario)")
        if let violation = Simulation.violation(in: scenario) { throw failure(scenario, violation) }
        say("seed \(seed) holds")
    }

    private func runSeeds() async throws {
        let cores = jobs > 0 ? jobs : ProcessInfo.processInfo.activeProcessorCount
        let result = await SeedRun(first: first, count: seeds, steps: steps, jobs: cores).run()
        if reach { for (kind, times) in result.reached.sorted(by: { $0.key < $1.key }) { say("  \(kind): \(times)") } }
        if let found = result.failure { throw failure(found.scenario, found.violation) }
        say(
            "\(result.seeds) seeds, \(result.steps) steps without a violation: "
                + "\(Int(Double(result.steps) / result.seconds)) steps/s on one core")
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
