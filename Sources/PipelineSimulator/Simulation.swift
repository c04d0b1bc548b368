import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore

/// One run of a scenario: every step, every invariant after each commit, and the end, when everything must come to rest.
package struct Simulation {
    private var world: SimulationWorld<SimulatedLedger>
    private var invariants = Invariants()
    private var lastEvent: Int64 = 0
    /// How often each kind of event was written: what the steps reach.
    package private(set) var reached: [String: Int] = [:]

    package init() {
        let clock = VirtualClock()
        world = SimulationWorld(
            clock: clock,
            ledger: SimulatedLedger(settings: EngineSettings(), clock: { clock.now }, ids: { clock.ids() }))
    }

    /// What is wrong with the scenario, or `nil`.
    package static func violation(in scenario: Scenario) -> Violation? {
        var simulation = Simulation()
        return simulation.run(scenario)
    }

    /// Writes the scenario of a seed.
    package static func scenario(seed: UInt64, steps: Int = 100) -> Scenario {
        StepWriter.scenario(seed: seed, steps: steps)
    }

    package mutating func run(_ scenario: Scenario) -> Violation? {
        do throws(Violation) {
            var start = 0
            for place in scenario.steps.indices
            where scenario.steps[place].fate != .joined || place == scenario.steps.count - 1 {
                try commit(scenario.steps[start...place], ending: place)
                start = place + 1
            }
            try rest(after: scenario.steps.count)
            return nil
        } catch {
            return error
        }
    }

    /// The steps that share a commit; the last one's fate is the commit's.
    private mutating func commit(_ steps: ArraySlice<SimulationStep>, ending place: Int) throws(Violation) {
        guard let last = steps.last else { return }
        let fate = last.fate
        let (workers, reports, jobs) = (world.workers, world.memory.reports, world.memory.jobs)
        do {
            world.batch = BatchRecord()
            world.ledger.open(mayFail: fate == .failed || fate == .crashBefore)
            let before = world.ledger.states
            for step in steps { try world.carryOut(step) }
            switch fate {
            case .committed, .joined: try world.ledger.commit()
            case .failed: try world.ledger.fail()
            case .answerLost, .crashAfter: try world.ledger.commit()
            case .crashBefore: try world.ledger.fail()
            }
            if fate == .failed || fate == .answerLost { world.workers = workers }
            // What it claimed was never told to any worker.
            if fate == .failed || fate == .crashBefore { (world.memory.reports, world.memory.jobs) = (reports, jobs) }
            let isRestarted = fate == .crashBefore || fate == .crashAfter || last.act == .crash
            if isRestarted {
                world.ledger.restart()
                world.dropHeld()
            }
            try check(
                place, before: before, isCommitted: fate != .failed && fate != .crashBefore, isRestarted: isRestarted)
        } catch let violation as Violation {
            throw violation
        } catch {
            throw Violation(invariant: "NoUnexpectedError", message: "\(error)", step: place)
        }
    }

    private mutating func check(
        _ place: Int, before: [PipelineName: PipelineState], isCommitted: Bool, isRestarted: Bool
    ) throws(Violation) {
        if world.memory.jobReports > 0 { reached["jobReported"] = world.memory.jobReports }
        let events = world.ledger.events(after: lastEvent)
        lastEvent = events.last?.recorded.sequence ?? lastEvent
        for (_, recorded) in events {
            reached[recorded.event.kind, default: 0] += 1
            guard case .executionStarted(let execution) = recorded.event else { continue }
            world.memory.remember(execution)
            if execution.type == .rollback { reached["executionStarted.rollback", default: 0] += 1 }
        }
        let moment = Moment(
            ledger: world.ledger, batch: world.batch, before: before, events: events, now: world.clock.now,
            isCommitted: isCommitted, isRestarted: isRestarted)
        try invariants.check(moment, step: place)
    }

    // MARK: The end

    /// Nobody asks for anything any more, the transitions are open, workers do their work well: everything ends.
    private mutating func rest(after place: Int) throws(Violation) {
        try readStates(place)
        try act(place) { world throws in
            world.dropHeld()
            try world.openTransitions()
        }
        for _ in 0..<Self.patience where !world.isAtRest {
            try act(place) { world throws in try world.workWell() }
        }
        if world.isAtRest { return }
        // Those whom an opened transition leaves behind after 30 days are there to be stopped.
        try act(place) { world throws in try world.stopStale() }
        guard world.isAtRest else {
            throw Violation(invariant: "EveryExecutionEnds", message: unrest, step: place)
        }
    }

    /// What the ledger stores of the states is what it reads again.
    private func readStates(_ place: Int) throws(Violation) {
        for (name, state) in world.ledger.states {
            let read = try? JSONDecoder().decode(PipelineState.self, from: JSONEncoder().encode(state))
            guard read != state else { continue }
            throw Violation(
                invariant: "StatesAreReadable", message: "the stored state of \(name) reads differently", step: place)
        }
    }

    /// What keeps the world from resting.
    private var unrest: String {
        let effects = world.ledger.effects.map { "effect \($0.id.rawValue) for \($0.effect.subject.id) waits" }
        return (world.live + effects.sorted()).joined(separator: ", ")
    }

    private static let patience = 400

    private mutating func act(
        _ place: Int, _ body: (inout SimulationWorld<SimulatedLedger>) throws -> Void
    ) throws(Violation) {
        do {
            world.batch = BatchRecord()
            world.ledger.open(mayFail: false)
            let before = world.ledger.states
            try body(&world)
            try world.ledger.commit()
            try check(place, before: before, isCommitted: true, isRestarted: false)
        } catch let violation as Violation {
            throw violation
        } catch {
            throw Violation(invariant: "NoUnexpectedError", message: "\(error)", step: place)
        }
    }
}
