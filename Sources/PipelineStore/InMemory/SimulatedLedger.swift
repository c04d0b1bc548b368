package import PipelineEngine
package import PipelineModel

/// The ledger's session over rows in memory, with everything that can happen to a real one under the caller's control:
/// a commit that fails, an answer that is lost, a crash at a commit.
///
/// Synchronous, for one owner: the simulator. A batch is ``open(mayFail:)``, any number of requests, then ``commit()``
/// or ``fail()``. ``restart()`` is what a new process finds.
package struct SimulatedLedger {
    private var session: LedgerSession<MemoryRows>
    /// The rows as they were before the batch; kept only when the batch may fail, since it costs a copy.
    private var wayBack: MemoryRows?
    private let terms: LedgerTerms

    package init(
        settings: EngineSettings, clock: @escaping @Sendable () -> Double,
        ids: @escaping @Sendable () -> any IDSource
    ) {
        terms = LedgerTerms(settings: settings, clock: clock, ids: ids)
        session = LedgerSession(rows: MemoryRows(), index: TriggerIndex(), terms: terms)
    }

    // MARK: The life of a batch

    package mutating func open(mayFail: Bool) { wayBack = mayFail ? session.rows : nil }

    /// Writes what the batch has decided, as the group committer does.
    package mutating func commit() throws {
        try session.flush()
        _ = session.batchCommitted()
        wayBack = nil
    }

    /// The storage could not commit: the rows are as before. Only for a batch that was opened so.
    package mutating func fail() throws {
        guard let former = wayBack else { preconditionFailure("the batch was opened as one that can't fail") }
        try session.flush()
        session.rows = former
        session.batchFailed()
        wayBack = nil
    }

    /// All that was in memory is gone; the leases are void.
    package mutating func restart() {
        var rows = session.rows
        rows.voidLeases()
        session = LedgerSession(rows: rows, index: Self.index(of: rows), terms: terms)
    }

    private static func index(of rows: MemoryRows) -> TriggerIndex {
        TriggerIndex(rows.states.values.map(\.declaration).sorted { $0.name < $1.name })
    }

    // MARK: Requests

    package mutating func perform(_ command: PipelineCommand, on pipeline: PipelineName) throws -> CommandOutcome {
        try request { session in try session.perform(command, on: pipeline) }
    }

    package mutating func record(
        _ delivery: Delivery, match: @escaping @Sendable (SourceEvent, SourceBinding) -> MatchVerdict
    ) throws -> DeliveryReceipt {
        try request { session in try session.record(delivery, match: match) }
    }

    package mutating func claim(limit: Int, worker: WorkerID, lease: Double) throws -> [ClaimedEffect] {
        try request { session in try session.claim(limit: limit, worker: worker, lease: lease) }
    }

    package mutating func renew(_ effects: [EffectID], worker: WorkerID, lease: Double) throws -> Set<EffectID> {
        try request { session in try session.renew(effects, worker: worker, lease: lease) }
    }

    package mutating func release(_ effects: [EffectID], worker: WorkerID) throws {
        try request { session in try session.release(effects, worker: worker) }
    }

    package mutating func finish(
        _ effect: EffectID, reporting command: PipelineCommand?, on pipeline: PipelineName
    ) throws -> CommandOutcome {
        try request { session in try session.finish(effect, reporting: command, on: pipeline) }
    }

    package mutating func offer(_ claimed: ClaimedEffect) throws -> JobID? {
        try request { session in try session.offer(claimed) }
    }

    package mutating func poll(_ query: JobQuery, limit: Int) throws -> [Job] {
        try request { session in try session.dispatch(query, limit: limit) }
    }

    package mutating func acknowledge(_ job: JobID, nonce: String) throws -> JobAnswer {
        try request { session in try session.acknowledge(job, nonce: nonce) }
    }

    package mutating func report(_ outcome: JobOutcome, of job: JobID) throws -> JobAnswer {
        try request { session in try session.report(outcome, of: job) }
    }

    private mutating func request<Value>(
        _ body: (inout LedgerSession<MemoryRows>) throws -> Value
    ) throws -> Value {
        let index = session.index
        do {
            let value = try body(&session)
            session.acceptRequest()
            return value
        } catch {
            session.dropRequest(restoring: index)
            throw error
        }
    }

    // MARK: What is committed

    package var states: [PipelineName: PipelineState] { session.rows.states }
    package func execution(_ id: ExecutionID) -> PipelineExecution? { session.rows.execution(id) }
    package func attempt(_ id: ActionExecutionID) -> ActionExecution? { session.rows.attempt(id) }
    package func rule(_ id: RuleExecutionID) -> RuleExecution? { session.rows.rule(id) }
    package var journal: [JournalEntry] { session.rows.journal }

    /// Every effect that waits or is lent.
    package var effects: some Sequence<(id: EffectID, effect: Effect)> {
        session.rows.effects.lazy.map { (id: $0.key, effect: $0.value.effect) }
    }

    /// Whose work is with workers outside, or waits for one: once for each job.
    package var jobSubjects: [SubjectID] {
        session.rows.jobs.filter { !$0.job.status.isTerminal }.map { SubjectID($0.attempt) }
    }

    /// Events written after a sequence, oldest first. Those of a deleted pipeline are gone.
    package func events(after sequence: Int64) -> [(pipeline: PipelineName, recorded: RecordedEvent)] {
        session.rows.events.reversed().prefix { $0.recorded.sequence > sequence }.reversed()
            .map { ($0.pipeline, $0.recorded) }
    }

    /// Whether the session hears the sources that the declarations name, no more and no less.
    package func listens(like repositories: [String]) -> Bool {
        let fresh = Self.index(of: session.rows)
        return repositories.allSatisfy { repository in
            let event = SourceEvent(repository: repository, change: .branchDeleted(branch: "", before: nil))
            return session.index.bindings(of: event) == fresh.bindings(of: event)
        }
    }
}
