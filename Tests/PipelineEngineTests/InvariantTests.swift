import Foundation
import PipelineEngine
import PipelineModel
import Testing

/// What holds after any commands in any order.
@Suite struct InvariantTests {
    @Test(arguments: 1...24 as ClosedRange<UInt64>)
    func `random commands keep the invariants`(seed: UInt64) throws {
        var walk = RandomWalk(seed: seed)
        for _ in 0..<250 {
            guard let (before, command, decision) = try walk.step() else { continue }
            try checkDoors(walk.probe)
            checkEffects(walk.probe)
            checkLateness(before, command, decision)
        }
        checkAttempts(walk.probe, walk.seen)
        checkOrderOfEntry(walk.probe)
        try checkReplay(walk.probe)
        try walk.answerAll()
        let unfinished = walk.probe.state?.executions.values.filter { !$0.status.isTerminal } ?? []
        #expect(unfinished.isEmpty, "an execution that nothing runs for must have ended")
        #expect(walk.refused < 150, "the walk must get somewhere")
    }

    /// One occupant a stage; whoever lives is inside one stage or waits in front of one.
    private func checkDoors(_ probe: EngineProbe) throws {
        guard let state = probe.state else { return }
        var places: [ExecutionID: Int] = [:]
        for (stage, door) in state.stages {
            if let id = door.occupant {
                places[id, default: 0] += 1
                let occupant = try #require(state.executions[id])
                #expect(occupant.status == .inProgress || occupant.status == .stopping)
                #expect(occupant.stages.last?.name == stage)
                #expect(occupant.stages.last.map { [.inProgress, .stopping].contains($0.status) } == true)
                #expect(occupant.stages.last?.actions.contains { $0.status == .inProgress } == true)
                #expect(door.latest == id)
            }
            for id in door.inbound.map(\.id) {
                places[id, default: 0] += 1
                let waiting = try #require(state.executions[id])
                let occupant = try #require(door.occupant.flatMap { state.executions[$0] }, "nobody to wait for")
                #expect(waiting.status == .inProgress)
                #expect(waiting.number > occupant.number)
            }
        }
        for execution in state.executions.values {
            if execution.status.isTerminal {
                #expect(state.stages.values.contains { $0.latest == execution.id }, "it should have left the state")
            } else if let stage = execution.stages.last, state.stages[stage.name] != nil || places[execution.id] != nil
            {
                #expect(places[execution.id] == 1)
            }
        }
    }

    /// Whatever runs has one timer, and one question to the runner unless a person must answer; nothing else has any.
    private func checkEffects(_ probe: EngineProbe) {
        let running = probe.runningAttempts
        var timers: [SubjectID: Int] = [:]
        var runs: [SubjectID: Int] = [:]
        for effect in probe.effects {
            switch effect.kind {
            case .timer: timers[effect.subject.id, default: 0] += 1
            case .runAction: runs[effect.subject.id, default: 0] += 1
            case .cancelAction: #expect(!running.contains { SubjectID($0.id) == effect.subject.id })
            case .runRule, .cancelRule, .askChangedPaths, .notify: break
            }
        }
        #expect(timers == Dictionary(uniqueKeysWithValues: running.map { (SubjectID($0.id), 1) }))
        #expect(
            runs
                == Dictionary(
                    uniqueKeysWithValues: running.filter { $0.approvalToken == nil }
                        .map { (SubjectID($0.id), 1) }))
    }

    private func checkLateness(_ before: PipelineState?, _ command: PipelineCommand, _ decision: Decision) {
        let reference: ActionReference
        switch command {
        case .actionSucceeded(let subject, _), .actionFailed(let subject, _), .actionPending(let subject, _),
            .actionTimedOut(let subject):
            reference = subject
        default: return
        }
        if before?.actionExecution(reference)?.status == .inProgress {
            #expect(decision.outcome == .reported)
        } else {
            #expect(decision.events.isEmpty && decision.effects.isEmpty && decision.state == before)
            guard case .ignored = decision.outcome else {
                Issue.record("a late report was taken: \(decision.outcome)")
                return
            }
        }
    }

    private func checkAttempts(_ probe: EngineProbe, _ seen: [ActionReference]) {
        #expect(Set(seen.map(\.id)).count == seen.count, "an attempt has started twice")
        let keys = probe.events.flatMap { event -> [String] in
            if case .actionStarted(let attempt) = event.event { attempt.outputArtifacts.map(\.key) } else { [] }
        }
        #expect(Set(keys).count == keys.count, "an artifact key was used twice")
        let ends = probe.events.compactMap { event -> ActionExecutionID? in
            switch event.event {
            case .actionSucceeded(let subject, _), .actionFailed(let subject, _), .actionAbandoned(let subject):
                subject.id
            default: nil
            }
        }
        #expect(Set(ends).count == ends.count, "an attempt has ended twice")
    }

    /// Executions enter each stage in the order of their starts.
    private func checkOrderOfEntry(_ probe: EngineProbe) {
        var numbers: [ExecutionID: Int] = [:]
        var latest: [StageName: Int] = [:]
        for event in probe.events {
            switch event.event {
            case .pipelineDeleted: latest = [:]
            case .executionStarted(let execution): numbers[execution.id] = execution.number
            case .stageEntered(let id, let stage):
                #expect(numbers[id, default: 0] > latest[stage, default: 0], "an execution was overtaken in \(stage)")
                latest[stage] = numbers[id]
            default: break
            }
        }
    }

    /// The events give the state, straight and through JSON.
    private func checkReplay(_ probe: EngineProbe) throws {
        let stored = try JSONDecoder().decode([TimedEvent].self, from: JSONEncoder().encode(probe.events))
        #expect(stored == probe.events)
        var state: PipelineState?
        for event in stored { PipelineState.apply(event.event, at: event.at, to: &state) }
        #expect(state == probe.state)
        guard let state else { return }
        #expect(try JSONDecoder().decode(PipelineState.self, from: JSONEncoder().encode(state)) == state)
    }
}
