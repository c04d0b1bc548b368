import PipelineEngine
import PipelineModel

/// A ledger in a dictionary: the real machine decides, this only remembers. For this room's tests alone.
actor FakeLedger: Ledger {
    /// The clock; each command moves it on by a second.
    private(set) var now: Double = 1_700_000_000.25
    /// What every call throws, if set.
    private var failure: LedgerError?
    private var states: [PipelineName: PipelineState] = [:]
    private var declarations: [PipelineName: [Int: PipelineDeclaration]] = [:]
    private var history: [ExecutionID: PipelineExecution] = [:]
    private var rows: [ActionExecutionRow] = []
    private var facts: [RecordedEvent] = []

    func fail(with failure: LedgerError?) { self.failure = failure }

    func perform(_ command: PipelineCommand, on pipeline: PipelineName) async throws -> CommandOutcome {
        if let failure { throw failure }
        now += 1
        let before = states[pipeline]
        let decision = try PipelineMachine.decide(
            command, on: before, in: DecisionContext(now: now, ids: RandomIDs(), settings: EngineSettings()))
        var state = before
        for event in decision.events {
            PipelineState.apply(event, at: now, to: &state)
            facts.append(RecordedEvent(sequence: Int64(facts.count + 1), at: now, event: event))
            if case .actionStarted(let action) = event {
                rows.append(ActionExecutionRow(sequence: Int64(rows.count + 1), action: action))
            }
            remember(state, of: pipeline)
        }
        return decision.outcome
    }

    private func remember(_ state: PipelineState?, of pipeline: PipelineName) {
        states[pipeline] = state
        guard let state else { return }
        declarations[pipeline, default: [:]][state.declaration.version] = state.declaration
        history.merge(state.executions) { _, new in new }
        for index in rows.indices {
            if let action = state.actionExecution(ActionReference(rows[index].action)) { rows[index].action = action }
        }
    }

    func pipelines(after: PipelineName?, limit: Int) async throws -> [PipelineSummary] {
        if let failure { throw failure }
        let names = states.keys.sorted().drop { name in after.map { name <= $0 } ?? false }.prefix(limit)
        return names.compactMap { states[$0] }
            .map { PipelineSummary(declaration: $0.declaration, created: $0.created, updated: $0.updated) }
    }

    func state(of pipeline: PipelineName) async throws -> PipelineState? {
        if let failure { throw failure }
        return states[pipeline]
    }

    func declaration(of pipeline: PipelineName, version: Int) async throws -> PipelineDeclaration? {
        declarations[pipeline]?[version]
    }

    func execution(_ id: ExecutionID) async throws -> PipelineExecution? { history[id] }

    func executions(of pipeline: PipelineName, before: Int?, limit: Int) async throws -> [PipelineExecution] {
        let all = history.values.filter { $0.pipeline == pipeline && $0.number < before ?? .max }
        return Array(all.sorted { $0.number > $1.number }.prefix(limit))
    }

    func actionExecutions(
        of pipeline: PipelineName, execution: ExecutionID?, before: Int64?, limit: Int
    ) async throws -> [ActionExecutionRow] {
        let wanted = rows.filter { row in
            history[row.action.executionID]?.pipeline == pipeline && row.sequence < before ?? .max
                && (execution == nil || row.action.executionID == execution)
        }
        return Array(wanted.reversed().prefix(limit))
    }

    func events(of execution: ExecutionID) async throws -> [RecordedEvent] {
        facts.filter { $0.event.execution == execution }
    }

    func counts() async throws -> LedgerCounts {
        LedgerCounts(pipelines: states.count, executionsByStatus: [:], effectsDue: 0, effectsWaiting: 0, deliveries: 0)
    }

    // What the API never asks for.

    func record(
        _ delivery: Delivery, match: @escaping @Sendable (SourceEvent, SourceBinding) -> MatchVerdict
    ) async throws -> DeliveryReceipt { throw LedgerError.closed }

    func claim(limit: Int, worker: WorkerID, lease: Double) async throws -> [ClaimedEffect] { [] }
    func renew(_ effects: [EffectID], worker: WorkerID, lease: Double) async throws -> Set<EffectID> { [] }
    func release(_ effects: [EffectID], worker: WorkerID) async throws {}

    func finish(
        _ effect: EffectID, reporting command: PipelineCommand?, on pipeline: PipelineName
    ) async throws -> CommandOutcome { throw LedgerError.closed }

    func prune(_ policy: RetentionPolicy, at now: Double) async throws -> PruneReport { PruneReport(isComplete: true) }
    nonisolated func wakeUps() -> AsyncStream<Void> { AsyncStream { $0.finish() } }
    func nextDue() async throws -> Double? { nil }
    func journal(before: Int64?, limit: Int) async throws -> [JournalEntry] { [] }
    func journalEntry(_ sequence: Int64) async throws -> JournalEntry? { nil }
}
