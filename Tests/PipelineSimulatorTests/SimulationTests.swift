import PipelineSimulator
import Testing

@Suite struct SimulationTests {
    /// The budget of every test run; `make simulate` runs as many as one likes.
    @Test func `two thousand seeds hold every invariant`() async {
        let result = await SeedRun(count: 2000, jobs: 2).run()
        let failure = result.failure
        let small = failure.map { Shrinker.shrink($0.scenario, breaking: $0.violation) }
        #expect(
            failure == nil,
            "\(failure?.scenario.name ?? ""): \(failure?.violation.description ?? "")\n\(small?.description ?? "")")
        #expect(result.steps >= 200_000)
        // What the steps never reach, they don't prove.
        let kinds = [
            "executionSuperseded", "executionRecalled", "executionStarted.rollback", "conditionOverridden",
            "stageRetried", "stageRetriedAutomatically", "actionAbandoned", "ruleFailed", "executionCancelling",
            "jobReported",
        ]
        for kind in kinds { #expect(result.reached[kind] ?? 0 > 10, "\(kind) is hardly ever reached") }
    }

    @Test func `a seed is the same every time`() {
        let (once, again) = (Simulation.scenario(seed: 7), Simulation.scenario(seed: 7))
        #expect(once.steps == again.steps)
        var (first, second) = (Simulation(), Simulation())
        #expect(first.run(once) == second.run(again))
        #expect(first.reached == second.reached)
    }

    @Test func `a step reads what it writes`() throws {
        for seed in 1...20 {
            let scenario = Simulation.scenario(seed: UInt64(seed))
            #expect(try Scenario(name: "read", scenario.description).steps == scenario.steps)
        }
    }

    @Test func `a step that nobody understands is named`() {
        #expect(throws: UnreadableStep(text: "dance 1 2")) { try Scenario(name: "odd", "start; dance 1 2") }
    }

    @Test(arguments: ScriptedScenarios.names)
    func `a scripted scenario holds in memory`(_ name: String) throws {
        let scenario = try #require(try ScriptedScenarios.scenario(name))
        #expect(Simulation.violation(in: scenario) == nil)
    }
}
