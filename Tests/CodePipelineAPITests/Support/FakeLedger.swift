import PipelineEngine
import PipelineModel
import PipelineStore
import Synchronization

/// The ledger in memory with a clock that moves on by a second with each command, and with failures on demand.
final class FakeLedger: Ledger {
    private let base: InMemoryLedger
    private let time: Time
    private let failure = Mutex<LedgerError?>(nil)

    private final class Time: Sendable {
        let now = Mutex(1_700_000_000.25)
    }

    init() {
        let time = Time()
        self.time = time
        base = InMemoryLedger(settings: EngineSettings(), clock: { time.now.withLock { $0 } })
    }

    /// What every call throws, if set.
    func fail(with failure: LedgerError?) { self.failure.withLock { $0 = failure } }

    private func working() throws -> InMemoryLedger {
        if let failure = failure.withLock({ $0 }) { throw failure }
        return base
    }

    func perform(_ command: PipelineCommand, on pipeline: PipelineName) async throws -> CommandOutcome {
        time.now.withLock { $0 += 1 }
        return try await working().perform(command, on: pipeline)
    }

    func record(
        _ delivery: Delivery, match: @escaping @Sendable (SourceEvent, SourceBinding) -> MatchVerdict
    ) async throws -> DeliveryReceipt { try await working().record(delivery, match: match) }

    func claim(limit: Int, worker: WorkerID, lease: Double) async throws -> [ClaimedEffect] {
        try await working().claim(limit: limit, worker: worker, lease: lease)
    }

    func renew(_ effects: [EffectID], worker: WorkerID, lease: Double) async throws -> Set<EffectID> {
        try await working().renew(effects, worker: worker, lease: lease)
    }

    func release(_ effects: [EffectID], worker: WorkerID) async throws {
        try await working().release(effects, worker: worker)
    }

    func finish(
        _ effect: EffectID, reporting command: PipelineCommand?, on pipeline: PipelineName
    ) async throws -> CommandOutcome { try await working().finish(effect, reporting: command, on: pipeline) }

    func prune(_ policy: RetentionPolicy, at now: Double) async throws -> PruneReport {
        try await working().prune(policy, at: now)
    }

    func wakeUps() -> AsyncStream<Void> { base.wakeUps() }
    func nextDue() async throws -> Double? { try await working().nextDue() }
}

extension FakeLedger {
    func pipelines(after: PipelineName?, limit: Int) async throws -> [PipelineSummary] {
        try await working().pipelines(after: after, limit: limit)
    }

    func state(of pipeline: PipelineName) async throws -> PipelineState? { try await working().state(of: pipeline) }

    func declaration(of pipeline: PipelineName, version: Int) async throws -> PipelineDeclaration? {
        try await working().declaration(of: pipeline, version: version)
    }

    func execution(_ id: ExecutionID) async throws -> PipelineExecution? { try await working().execution(id) }

    func executions(of pipeline: PipelineName, before: Int?, limit: Int) async throws -> [PipelineExecution] {
        try await working().executions(of: pipeline, before: before, limit: limit)
    }

    func executions(
        of pipeline: PipelineName, succeededIn stage: StageName, version: Int, before: Int?, limit: Int
    ) async throws -> [PipelineExecution] {
        try await working().executions(
            of: pipeline, succeededIn: stage, version: version, before: before, limit: limit)
    }

    func actionExecutions(
        of pipeline: PipelineName, execution: ExecutionID?, before: Int64?, limit: Int
    ) async throws -> [ActionExecutionRow] {
        try await working().actionExecutions(of: pipeline, execution: execution, before: before, limit: limit)
    }

    func ruleExecutions(
        of pipeline: PipelineName, execution: ExecutionID?, before: Int64?, limit: Int
    ) async throws -> [RuleExecutionRow] {
        try await working().ruleExecutions(of: pipeline, execution: execution, before: before, limit: limit)
    }

    func events(of execution: ExecutionID) async throws -> [RecordedEvent] {
        try await working().events(of: execution)
    }

    func pipelineEvents(of pipeline: PipelineName, limit: Int) async throws -> [RecordedEvent] {
        try await working().pipelineEvents(of: pipeline, limit: limit)
    }

    func delivery(thatStarted execution: ExecutionID) async throws -> JournalEntry? {
        try await working().delivery(thatStarted: execution)
    }

    func journal(before: Int64?, limit: Int) async throws -> [JournalEntry] {
        try await working().journal(before: before, limit: limit)
    }

    func journalEntry(_ sequence: Int64) async throws -> JournalEntry? { try await working().journalEntry(sequence) }
    func counts() async throws -> LedgerCounts { try await working().counts() }
}

extension FakeLedger: Registry {
    func registered(_ kind: RegistryEntry.Kind) async throws -> [RegistryEntry] {
        try await working().registered(kind)
    }

    func change(registry changes: [RegistryChange]) async throws { try await working().change(registry: changes) }
}

extension FakeLedger: JobBoard {
    func offer(_ claimed: ClaimedEffect) async throws -> JobID? { try await working().offer(claimed) }

    func poll(_ query: JobQuery, limit: Int) async throws -> [Job] { try await working().poll(query, limit: limit) }

    func acknowledge(_ job: JobID, nonce: String) async throws -> JobAnswer {
        try await working().acknowledge(job, nonce: nonce)
    }

    func job(_ id: JobID) async throws -> Job? { try await working().job(id) }

    func report(_ outcome: JobOutcome, of job: JobID) async throws -> JobAnswer {
        try await working().report(outcome, of: job)
    }
}
