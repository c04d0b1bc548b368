import PipelineSimulator
import Testing

@Suite struct SimulationTests {
    @Test func `a step reads what it writes`() throws {
        for seed in 1...20 {
            for step in Simulation.scenario(seed: UInt64(seed)).steps {
                #expect(try SimulationStep(step.description) == step)
            }
        }
    }
}
