import Foundation
import GRDB
import Logging
import PipelineEngine

/// The writer: takes all writes that wait, runs one after the other, commits once, then answers them all.
///
/// A write that fails before it has changed a row, as refusals do, fails alone. One that fails later spoils its batch,
/// which is rolled back and each of its writes tried on its own: that is so rare that a savepoint for every write, with
/// the copies that it keeps of their pages, would cost more.
///
/// Runs on a thread of its own that stays inside one access to the writer's connection for the life of the ledger.
struct GroupCommitter {
    private var session: LedgerSession<SQLiteRows>
    private let database: Database
    private let hooks: CommitHooks
    private let logger: Logger

    /// Longer batches would make the first caller wait for too many others.
    private static let largestBatch = 256
    /// After so many writes a checkpoint is asked for.
    private static let writesPerCheckpoint = 256
    private var writesSinceCheckpoint = 0

    init(session: LedgerSession<SQLiteRows>, hooks: CommitHooks, logger: Logger) {
        self.session = session
        self.database = session.rows.database
        self.hooks = hooks
        self.logger = logger
    }

    /// Returns when the queue is closed and empty.
    mutating func run(_ queue: WriteQueue) {
        while let batch = queue.next(limit: Self.largestBatch) { commit(batch) }
    }

    private mutating func commit(_ batch: [PendingWrite]) {
        let start = ContinuousClock.now
        do {
            let answers = try transact(batch)
            let elapsed = (ContinuousClock.now - start).components
            hooks.observe(batch.count, Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18)
            for answer in answers { answer() }
            if session.batchCommitted() { hooks.wake() }
            checkpoint(after: batch.count)
        } catch {
            settle(batch, after: error)
        }
    }

    private mutating func checkpoint(after writes: Int) {
        writesSinceCheckpoint += writes
        guard writesSinceCheckpoint >= Self.writesPerCheckpoint else { return }
        writesSinceCheckpoint = 0
        hooks.checkpoint()
    }

    /// A storage that fails, fails for all. Anything else is the fault of one write: each is tried on its own.
    private mutating func settle(_ batch: [PendingWrite], after error: any Error) {
        session.batchFailed()
        let cause = (error as? SpoiltBatch)?.cause ?? error
        if batch.count > 1, !cause.isStorageFailure {
            for write in batch { commit([write]) }
            return
        }
        if cause.isRefusal { return batch.forEach { $0.fail(cause) } }
        let failure = LedgerError(storage: cause)
        if !(error is SpoiltBatch) || cause.isStorageFailure {
            hooks.failed()
            logger.error(
                "the ledger could not commit", metadata: ["reason": "\(failure)", "writes": "\(batch.count)"])
        }
        for write in batch { write.fail(failure) }
    }

    /// - Returns: the answers to give once this has returned.
    /// - Throws: when nothing of the batch has been written.
    private mutating func transact(_ batch: [PendingWrite]) throws -> [PendingWrite.Answer] {
        try database.beginTransaction(.immediate)
        do {
            var answers: [PendingWrite.Answer] = []
            answers.reserveCapacity(batch.count)
            for write in batch { try answers.append(perform(write)) }
            try session.flush()
            try database.commit()
            return answers
        } catch {
            if database.isInsideTransaction { try? database.rollback() }
            throw error
        }
    }

    /// Runs one write. Its own failure becomes its answer as long as it has changed nothing; else it is thrown.
    private mutating func perform(_ write: PendingWrite) throws -> PendingWrite.Answer {
        let index = session.index
        let changes = database.totalChangesCount
        do {
            let answer = try write.run(&session)
            session.acceptRequest()
            return answer
        } catch {
            session.dropRequest(restoring: index)
            guard database.totalChangesCount == changes, database.isInsideTransaction, !error.isStorageFailure else {
                throw SpoiltBatch(cause: error)
            }
            let failure: any Error = error.isRefusal ? error : LedgerError(storage: error)
            return { write.fail(failure) }
        }
    }
}

/// Who hears of commits.
struct CommitHooks: Sendable {
    let observe: @Sendable (_ batchSize: Int, _ seconds: Double) -> Void
    /// The storage refused a whole batch.
    let failed: @Sendable () -> Void
    let wake: @Sendable () -> Void
    let checkpoint: @Sendable () -> Void
}

/// A write has failed and left changes behind, or SQLite gave up the transaction: the disk is full, I/O failed.
private struct SpoiltBatch: Error {
    let cause: any Error
}

extension Error {
    /// Whether a rule said no; nothing is wrong with the ledger.
    fileprivate var isRefusal: Bool { self is CommandRefusal || self is RegistryConflict || self is RegistryFull }

    /// Whether the storage itself is at fault, not the row that was to be written.
    fileprivate var isStorageFailure: Bool {
        guard let error = self as? DatabaseError else { return false }
        switch error.resultCode {
        case .SQLITE_CONSTRAINT, .SQLITE_TOOBIG, .SQLITE_MISMATCH, .SQLITE_RANGE, .SQLITE_ERROR: return false
        default: return true
        }
    }
}
