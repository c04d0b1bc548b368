import Foundation
import PipelineEngine
import PipelineModel
import Testing

/// What holds after any commands in any order.
@Suite struct InvariantTests {
    static let walks: [[ExecutionMode]] = [[.superseded], [.queued], [.parallel], ExecutionMode.allCases]

    @Test(arguments: 1...16 as ClosedRange<UInt64>, walks)
    func `random commands keep the invariants`(seed: UInt64, modes: [ExecutionMode]) throws {
        var walk = RandomWalk(seed: seed, modes: modes)
        for _ in 0..<300 {
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
        #expect(walk.refused < 200, "the walk must get somewhere")
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
                #expect(occupant.mode != .parallel)
                #expect(Self.isAtWork(occupant), "nothing runs in a stage that is held")
                #expect(door.latest == id)
            }
            let waiting = try door.inbound.map { try #require(state.executions[$0.id]) }
            for execution in waiting {
                places[execution.id, default: 0] += 1
                #expect(execution.status == .inProgress)
                #expect(door.occupant != nil || !door.isOpen, "nobody to wait for")
                #expect(execution.mode != .parallel || !door.isOpen)
            }
            let inOrder = waiting.filter { $0.mode == .queued }.map(\.number)
            #expect(inOrder == inOrder.sorted(), "a queue is out of order")
            #expect(waiting.count { $0.mode == .superseded } <= 1, "two in one slot")
        }
        for execution in state.executions.values {
            if execution.status.isTerminal {
                #expect(state.stages.values.contains { $0.latest == execution.id }, "it should have left the state")
            } else if execution.mode == .parallel {
                #expect(places[execution.id] == 1 || Self.isAtWork(execution), "it neither waits nor works")
                #expect(execution.stages.last?.actions.count { $0.status == .inProgress } ?? 0 <= 5)
            } else if let stage = execution.stages.last, state.stages[stage.name] != nil || places[execution.id] != nil
            {
                #expect(places[execution.id] == 1)
            }
        }
    }

    private static func isAtWork(_ execution: PipelineExecution) -> Bool {
        guard let stage = execution.stages.last else { return false }
        return stage.actions.contains { $0.status == .inProgress }
            || stage.conditions.values.contains { $0.rules.contains { $0.status == .inProgress } }
    }

    /// Whatever runs has one timer, and one question to the runner unless a person must answer; nothing else has any.
    private func checkEffects(_ probe: EngineProbe) {
        let running = probe.runningAttempts
        let rules = probe.runningRules.map { SubjectID($0.id) }
        var timers: [SubjectID: Int] = [:]
        var runs: [SubjectID: Int] = [:]
        for effect in probe.effects {
            switch effect.kind {
            case .timer: timers[effect.subject.id, default: 0] += 1
            case .runAction: runs[effect.subject.id, default: 0] += 1
            case .cancelAction: #expect(!running.contains { SubjectID($0.id) == effect.subject.id })
            case .runRule, .collectOutputs: runs[effect.subject.id, default: 0] += 1
            case .cancelRule: #expect(!rules.contains(effect.subject.id))
            case .askChangedPaths, .reportStatus, .notify: break
            }
        }
        let subjects = running.map { SubjectID($0.id) }
        let asked = running.filter { $0.approvalToken == nil }.map { SubjectID($0.id) }
        #expect(timers == Dictionary(uniqueKeysWithValues: (subjects + rules).map { ($0, 1) }))
        #expect(runs == Dictionary(uniqueKeysWithValues: (asked + rules).map { ($0, 1) }))
    }

    private func checkLateness(_ before: PipelineState?, _ command: PipelineCommand, _ decision: Decision) {
        let isAwaited: Bool
        switch command {
        case .actionSucceeded(let subject, _), .actionFailed(let subject, _), .actionPending(let subject, _),
            .actionTimedOut(let subject):
            isAwaited = before?.actionExecution(subject)?.status == .inProgress
        case .ruleSucceeded(let subject, _), .ruleFailed(let subject, _), .rulePending(let subject, _),
            .ruleTimedOut(let subject):
            let rules = before?.executions[subject.execution]?.stages.last?.conditions[subject.gate]?.rules
            isAwaited = rules?.contains { $0.id == subject.id && $0.status == .inProgress } == true
        default: return
        }
        if isAwaited {
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

    /// Executions enter each stage in the order of their starts; not so PARALLEL ones, and rollbacks go first.
    private func checkOrderOfEntry(_ probe: EngineProbe) {
        var numbers: [ExecutionID: Int] = [:]
        var latest: [StageName: Int] = [:]
        for event in probe.events {
            switch event.event {
            case .pipelineDeleted: latest = [:]
            case .executionStarted(let execution) where execution.mode != .parallel && execution.type == .standard:
                numbers[execution.id] = execution.number
            case .stageEntered(let id, let stage):
                guard let number = numbers[id] else { break }
                #expect(number > latest[stage, default: 0], "an execution was overtaken in \(stage)")
                latest[stage] = number
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
