package import PipelineEngine
package import PipelineModel
import Synchronization

/// The ledger's twin in memory, under the same rules and the same conformance suite: for the simulator and for runs
/// that leave nothing behind. What it holds is gone with it.
package final class InMemoryLedger: Ledger {
    private let session: Mutex<LedgerSession<MemoryRows>>
    private let wakeUpHub = WakeUpHub()
    let clock: @Sendable () -> Double

    /// - Parameters:
    ///   - clock: seconds since 1970.
    ///   - ids: called for each decision.
    package init(
        settings: EngineSettings, clock: @escaping @Sendable () -> Double,
        ids: @escaping @Sendable () -> any IDSource = { RandomIDs() }
    ) {
        let terms = LedgerTerms(settings: settings, clock: clock, ids: ids)
        session = Mutex(LedgerSession(rows: MemoryRows(), index: TriggerIndex(), terms: terms))
        self.clock = clock
    }

    /// Ends the streams of wake-ups. May be called twice.
    package func close() async { wakeUpHub.close() }

    package func perform(_ command: PipelineCommand, on pipeline: PipelineName) async throws -> CommandOutcome {
        try write { session in try session.perform(command, on: pipeline) }
    }

    package func record(
        _ delivery: Delivery, match: @escaping @Sendable (SourceEvent, SourceBinding) -> MatchVerdict
    ) async throws -> DeliveryReceipt {
        try write { session in try session.record(delivery, match: match) }
    }

    package func claim(limit: Int, worker: WorkerID, lease: Double) async throws -> [ClaimedEffect] {
        try write { session in try session.claim(limit: limit, worker: worker, lease: lease) }
    }

    package func renew(_ effects: [EffectID], worker: WorkerID, lease: Double) async throws -> Set<EffectID> {
        try write { session in try session.renew(effects, worker: worker, lease: lease) }
    }

    package func release(_ effects: [EffectID], worker: WorkerID) async throws {
        try write { session in try session.release(effects, worker: worker) }
    }

    package func finish(
        _ effect: EffectID, reporting command: PipelineCommand?, on pipeline: PipelineName
    ) async throws -> CommandOutcome {
        try write { session in try session.finish(effect, reporting: command, on: pipeline) }
    }

    package func prune(_ policy: RetentionPolicy, at now: Double) async throws -> PruneReport {
        var progress = PruneProgress()
        while !progress.isOver {
            let former = progress
            progress = try write { session in try session.prune(policy, at: now, from: former) }
        }
        return progress.report
    }

    package func wakeUps() -> AsyncStream<Void> { wakeUpHub.stream() }

    /// A batch of one request.
    func write<Value: Sendable>(
        _ body: (inout LedgerSession<MemoryRows>) throws -> Value
    ) throws -> Value {
        let (value, isDue) = try session.withLock { session in
            let index = session.index
            do {
                let value = try body(&session)
                session.acceptRequest()
                try session.flush()
                return (value, session.batchCommitted())
            } catch {
                session.dropRequest(restoring: index)
                throw error
            }
        }
        if isDue { wakeUpHub.wakeAll() }
        return value
    }

    func read<Value: Sendable>(_ body: (MemoryRows) -> Value) -> Value { session.withLock { body($0.rows) } }
}
