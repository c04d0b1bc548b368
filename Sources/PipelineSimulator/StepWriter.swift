/// Writes the steps of a seed: a few pipelines, then whatever may happen, more of it the more often it happens.
struct StepWriter {
    private var generator: SeededGenerator
    private let pipelines: Int
    /// How often the storage fails or the process dies: never, now and then, at every commit.
    private let trouble: Int
    /// How often a worker's action fails.
    private let failures: Int
    /// How much callers disturb: one in so many of their disturbances comes about.
    private let calm: Int
    /// Whether months may pass.
    private let isLong: Bool

    private init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        pipelines = generator.oneIn(3) ? 2 : 1
        trouble = generator.pick([0, 0, 40, 12, 5, 1])
        failures = generator.pick([2, 4, 4, 10])
        calm = generator.pick([1, 3, 10])
        isLong = generator.oneIn(4)
    }

    static func scenario(seed: UInt64, steps count: Int) -> Scenario {
        var writer = StepWriter(seed: seed)
        var steps = (0..<writer.pipelines).map { pipeline in
            SimulationStep(.create, pipeline: pipeline, word: RandomSketch.text(&writer.generator))
        }
        while steps.count < count { writer.write(to: &steps) }
        if steps[steps.count - 1].fate == .joined { steps[steps.count - 1].fate = .committed }
        return Scenario(name: "seed \(seed)", steps: steps)
    }

    private mutating func write(to steps: inout [SimulationStep]) {
        var step = step()
        step.pipeline = generator.below(pipelines)
        step.fate = fate()
        steps.append(step)
        // The sooner a start is followed by work, the deeper executions get.
        if step.act == .start || step.act == .deliver {
            steps.append(SimulationStep(.claim, pick: generator.below(2), choice: 8))
        }
    }

    private mutating func fate() -> SimulationStep.Fate {
        if generator.oneIn(8) { return .joined }
        guard trouble > 0, generator.oneIn(trouble) else { return .committed }
        return generator.pick([.failed, .answerLost, .crashBefore, .crashAfter, .crashAfter])
    }

    private mutating func step() -> SimulationStep {
        let step = anyStep()
        return Self.disturbances.contains(step.act) && !generator.oneIn(calm) ? work() : step
    }

    private static let disturbances: Set<SimulationStep.Act> = [.stop, .abandon, .update, .delete, .close, .closeOut]

    private mutating func anyStep() -> SimulationStep {
        switch generator.below(100) {
        case 0..<14: return SimulationStep(.claim, pick: generator.below(2), choice: generator.below(6))
        case 14..<44: return work()
        case 44: return SimulationStep(.wait, pick: seconds())
        case 45..<48: return SimulationStep(.flow)
        case 48..<63: return coming()
        case 63..<73:
            return SimulationStep(
                generator.oneIn(4) ? .reject : .approve, pick: generator.below(4), choice: generator.below(2))
        case 73..<97: return command()
        default: return SimulationStep(.crash)
        }
    }

    private mutating func work() -> SimulationStep {
        if generator.oneIn(12) {
            return SimulationStep(.reportAgain, pick: generator.below(30), choice: generator.below(2))
        }
        if generator.oneIn(6) {
            return SimulationStep(
                generator.oneIn(3) ? .offer : .outside, pick: generator.below(4), choice: generator.below(6))
        }
        if generator.oneIn(30) {
            return SimulationStep(
                generator.pick([.renew, .release, .die]), pick: generator.below(2), choice: generator.below(4))
        }
        var act = SimulationStep.Act.done
        if generator.oneIn(failures) { act = generator.oneIn(10) ? .faulty : .broken }
        if generator.oneIn(10) { act = .pending }
        return SimulationStep(act, pick: generator.below(2), choice: generator.below(6))
    }

    private mutating func coming() -> SimulationStep {
        switch generator.below(10) {
        case 0..<5:
            return SimulationStep(
                .start, pick: max(0, generator.below(20) - 12), choice: generator.oneIn(3) ? 1 + generator.below(2) : 0)
        case 5, 6: return SimulationStep(.deliver, pick: generator.below(2), choice: generator.below(5))
        case 7: return SimulationStep(generator.oneIn(4) ? .replay : .redeliver, pick: generator.below(5))
        default:
            return SimulationStep(
                generator.oneIn(2) ? .put : .poll, pick: generator.below(6), choice: generator.below(3))
        }
    }

    private mutating func command() -> SimulationStep {
        switch generator.below(60) {
        case 0..<7: return SimulationStep(.stop, pick: generator.below(4))
        case 7..<12: return SimulationStep(.abandon, pick: generator.below(4))
        case 12..<20:
            return SimulationStep(
                .retry, pick: generator.below(generator.oneIn(3) ? 6 : 1), choice: generator.below(8) / 6)
        case 20..<25:
            return SimulationStep(
                .retryAll, pick: generator.below(generator.oneIn(3) ? 6 : 1), choice: generator.below(8) / 6)
        case 25..<30: return SimulationStep(.close, choice: generator.below(6))
        case 30..<36: return SimulationStep(.open, choice: generator.below(6))
        case 36: return SimulationStep(.closeOut, choice: generator.below(6))
        case 37..<43:
            return SimulationStep(
                .rollback, pick: generator.below(4), choice: generator.below(generator.oneIn(3) ? 6 : 2))
        case 43..<49: return SimulationStep(.override, pick: generator.below(2), choice: generator.below(3))
        case 49..<52: return SimulationStep(.update, word: RandomSketch.text(&generator))
        case 52: return SimulationStep(.update)
        case 53: return generator.oneIn(3) ? SimulationStep(.delete) : SimulationStep(.disablePolling)
        case 54: return SimulationStep(.create, word: RandomSketch.text(&generator))
        case 55: return SimulationStep(.wrongToken, pick: generator.below(4))
        case 56, 57: return SimulationStep(.answerAgain, pick: generator.below(6))
        default: return SimulationStep(generator.oneIn(2) ? .tag : .untag, pick: generator.below(4))
        }
    }

    private mutating func seconds() -> Int {
        switch generator.below(12) {
        case 0..<6: generator.below(90)
        case 6..<9: generator.below(2000)
        case 9, 10: 3600 + generator.below(3600)
        default: isLong ? 40 * 86_400 : 86_400 + generator.below(7 * 86_400)
        }
    }
}
