import Foundation
import PipelineEngine
import PipelineModel

extension PipelineExplanation {
    /// - Parameters:
    ///   - journal: newest first, as far back as somebody cares.
    ///   - open: those of it that are looked into or parked and may concern the pipeline.
    init(of state: PipelineState, journal: [JournalEntry], open: [JournalEntry] = [], now: Double) {
        let names = ExecutionNames(numbers: state.executions.mapValues(\.number))
        let situation = PresentSituation(state: state, names: names, now: now)
        pipeline = state.declaration.name.rawValue
        version = state.declaration.version
        mode = state.declaration.executionMode.rawValue
        at = Date(timeIntervalSince1970: now)
        sources = Self.sources(of: state)
        stages = state.declaration.stages.map { Stage($0, in: situation) }
        parallel = state.executions.values.filter { $0.mode == .parallel && !$0.status.isTerminal }
            .sorted { $0.number < $1.number }
            .map { Execution($0, since: $0.startTime, doing: situation.sentences(on: $0)) }
        refusedDeliveries = Self.refusals(in: journal, of: state.declaration.name)
        openDeliveries = open.compactMap { OpenDelivery($0, now: now) }
    }

    /// How many deliveries that started nothing are shown.
    private static let shownDeliveries = 5

    private static func refusals(in journal: [JournalEntry], of pipeline: PipelineName) -> [RefusedDelivery] {
        let refused = journal.lazy.compactMap { entry -> RefusedDelivery? in
            let ours = entry.decisions.filter { $0.pipeline == pipeline }
            guard entry.deferral == nil, let first = ours.first, ours.allSatisfy({ $0.started == nil }) else {
                return nil
            }
            return RefusedDelivery(
                sequence: entry.sequence, receivedAt: Date(timeIntervalSince1970: entry.receivedAt),
                hook: entry.hookName.isEmpty ? entry.hook.rawValue : entry.hookName, event: entry.event,
                reason: ours.count == 1 ? first.reason : ours.map(\.reason).joined(separator: "; "))
        }
        return Array(refused.prefix(shownDeliveries))
    }
}

extension PipelineExplanation.Execution {
    fileprivate init(_ execution: PipelineExecution, since: Double, doing: [String]) {
        id = execution.id.rawValue
        number = execution.number
        status = execution.status.rawValue
        self.since = Date(timeIntervalSince1970: since)
        stage = execution.stages.last?.name.rawValue
        self.doing = doing
    }
}

extension PipelineExplanation.Stage {
    fileprivate init(_ declaration: StageDeclaration, in situation: PresentSituation) {
        let state = situation.state
        let door = state.stages[declaration.name] ?? StageState()
        name = declaration.name.rawValue
        occupant = door.occupant.flatMap { state.executions[$0] }.map { execution in
            let since = execution.stages.last { $0.name == declaration.name }?.startTime ?? execution.startTime
            return PipelineExplanation.Execution(execution, since: since, doing: situation.doing(execution))
        }
        waiting = door.inbound.compactMap { inbound in
            guard let execution = state.executions[inbound.id] else { return nil }
            let reason = situation.reasonToWait(for: execution, at: declaration.name)
            return PipelineExplanation.Waiting(
                id: inbound.id.rawValue, number: execution.number, since: Date(timeIntervalSince1970: inbound.since),
                reason: PresentSituation.sentence(of: reason, situation.names))
        }
        disabledTransition = door.transition.flatMap { transition in
            guard !transition.isEnabled else { return nil }
            return PipelineExplanation.Transition(
                by: Spoken.person(transition.changedBy), at: Date(timeIntervalSince1970: transition.changedAt),
                reason: transition.reason ?? "")
        }
        next = situation.next(at: declaration)
        last = occupant == nil ? Self.last(of: door, in: state, at: declaration.name, situation) : nil
    }

    private static func last(
        of door: StageState, in state: PipelineState, at stage: StageName, _ situation: PresentSituation
    ) -> String? {
        guard let id = door.latest, let execution = state.executions[id],
            let run = execution.stages.last(where: { $0.name == stage })
        else { return nil }
        let ago = Spoken.duration(situation.now - run.lastUpdateTime)
        let failure = run.actions.first { $0.status == .failed }
            .map { ": \($0.action): \($0.failure?.message ?? "failed")" }
        return "\(situation.names(id)): \(run.status.rawValue) \(ago) ago" + (failure ?? "")
    }
}
