package import Foundation
import GRDB
package import Logging
package import PipelineEngine
package import PipelineModel

/// The ledger in one SQLite file, `ledger.sqlite` in the data folder: WAL, every commit on disk before its answer.
///
/// Writes of many callers share commits: a queue leads to one writer, see ``GroupCommitter``. Reads go through the
/// pool's readers and see every write that has been answered. Call ``close()`` at the end, after the rooms that use it.
package final class SQLiteLedger: Ledger {
    let pool: DatabasePool
    private let queue: WriteQueue
    private let wakeUpHub = WakeUpHub()
    private let health = WriteHealth()
    private let lock: DataFolderLock
    private let checkpointer: Checkpointer
    private let writer: WriterThread
    let clock: @Sendable () -> Double

    /// Locks the folder, opens or makes the ledger, brings it to the current schema and voids all leases: who held them
    /// is gone.
    ///
    /// - Parameters:
    ///   - clock: seconds since 1970.
    ///   - ids: called for each decision.
    ///   - queueLimit: how many writes may wait for a commit before ``LedgerError/queueFull``.
    ///   - commitObserver: called on the writer's thread after each commit; must be quick.
    /// - Throws: ``LedgerOpenError``, ``LedgerError``.
    package init(
        folder: URL, settings: EngineSettings, clock: @escaping @Sendable () -> Double,
        ids: @escaping @Sendable () -> any IDSource = { RandomIDs() }, logger: Logger, queueLimit: Int = 4096,
        commitObserver: (@Sendable (_ batchSize: Int, _ seconds: Double) -> Void)? = nil
    ) async throws {
        let lock = try DataFolderLock(folder: folder)
        let path = folder.appending(path: "ledger.sqlite").path
        let pool = try LedgerFile.open(path)
        let queue = WriteQueue(capacity: queueLimit)
        let hub = wakeUpHub
        let terms = LedgerTerms(settings: settings, clock: clock, ids: ids)
        let health = health
        let checkpointer = try LedgerFile.checkpointer(path, logger: logger)
        let hooks = CommitHooks(
            observe: { size, seconds in
                health.set(true)
                commitObserver?(size, seconds)
            }, failed: { health.set(false) }, wake: { hub.wakeAll() }, checkpoint: { checkpointer.ask() })
        let index = try await LedgerFile.triggers(pool, logger: logger)
        self.pool = pool
        self.checkpointer = checkpointer
        self.queue = queue
        self.clock = clock
        self.lock = lock
        writer = WriterThread {
            // A ledger that nobody closed keeps its folder until the last write is done.
            defer { withExtendedLifetime(lock) {} }
            pool.writeWithoutTransaction { database in
                let session = LedgerSession(rows: SQLiteRows(database: database), index: index, terms: terms)
                var committer = GroupCommitter(session: session, hooks: hooks, logger: logger)
                committer.run(queue)
                LedgerFile.settle(database)
            }
        }
    }

    /// Without ``close()`` the writer ends too, after what waits.
    deinit { queue.close() }

    /// Commits what waits, then lets go of the file and the folder. Later calls throw ``LedgerError/closed``. May be
    /// called twice.
    package func close() async throws {
        queue.close()
        wakeUpHub.close()
        await writer.end()
        do {
            try checkpointer.close()
            try pool.close()
        } catch {
            throw LedgerError(storage: error)
        }
        lock.release()
    }

    /// How many writes wait for a commit.
    package var queueDepth: Int { queue.depth }

    /// Whether a write could be committed now. Writes only when the last one failed.
    ///
    /// - Throws: ``LedgerError``.
    package func confirmWrites() async throws {
        guard !health.isGood else { return }
        try await write { session in try session.rows.run("PRAGMA user_version = \(LedgerSchema.migrations.count)") }
    }

    // MARK: Writes

    package func perform(_ command: PipelineCommand, on pipeline: PipelineName) async throws -> CommandOutcome {
        try await write { session in try session.perform(command, on: pipeline) }
    }

    package func record(
        _ delivery: Delivery, match: @escaping @Sendable (SourceEvent, SourceBinding) -> MatchVerdict
    ) async throws -> DeliveryReceipt {
        try await write { session in try session.record(delivery, match: match) }
    }

    package func claim(limit: Int, worker: WorkerID, lease: Double) async throws -> [ClaimedEffect] {
        try await write { session in try session.claim(limit: limit, worker: worker, lease: lease) }
    }

    package func renew(_ effects: [EffectID], worker: WorkerID, lease: Double) async throws -> Set<EffectID> {
        try await write { session in try session.renew(effects, worker: worker, lease: lease) }
    }

    package func release(_ effects: [EffectID], worker: WorkerID) async throws {
        try await write { session in try session.release(effects, worker: worker) }
    }

    package func finish(
        _ effect: EffectID, reporting command: PipelineCommand?, on pipeline: PipelineName
    ) async throws -> CommandOutcome {
        try await write { session in try session.finish(effect, reporting: command, on: pipeline) }
    }

    package func wakeUps() -> AsyncStream<Void> { wakeUpHub.stream() }

    /// Runs `body` on the writer's thread, in a batch; returns when the batch is committed.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (inout LedgerSession<SQLiteRows>) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let write = PendingWrite(
                run: { session in
                    let value = try body(&session)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) })
            do {
                try queue.put(write)
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Reads through the pool. A closed ledger says so.
    func read<Value: Sendable>(_ body: @escaping @Sendable (LedgerReader) throws -> Value) async throws -> Value {
        guard !queue.isClosed else { throw LedgerError.closed }
        do {
            return try await pool.read { try body(LedgerReader(database: $0)) }
        } catch let error as CancellationError {
            throw error
        } catch {
            throw LedgerError(storage: error)
        }
    }
}
