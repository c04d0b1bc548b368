package import PipelineModel

/// The truth: one transaction holds the delivery, the events, the new state and the effects.
///
/// Every call returns after its commit is on disk, or throws and has changed nothing. A wake-up is a hint that
/// effects are due; a slow poll is the guarantee.
package protocol Ledger: LedgerQueries {
    /// Loads the pipeline, decides, and writes all that follows.
    ///
    /// - Throws: ``CommandRefusal``, ``LedgerError``.
    func perform(_ command: PipelineCommand, on pipeline: PipelineName) async throws -> CommandOutcome

    /// Journals a delivery and starts what it matches, in one transaction. An accepted (hook, delivery id) that
    /// comes again is journaled as a duplicate and starts nothing, unless it is a replay by hand.
    ///
    /// - Parameter match: called inside the write for each event and each binding of its repository; pure and quick.
    /// - Throws: ``LedgerError``.
    func record(
        _ delivery: Delivery, match: @escaping @Sendable (SourceEvent, SourceBinding) -> MatchVerdict
    ) async throws -> DeliveryReceipt

    /// Takes due effects, oldest due first, for `lease` seconds. What isn't finished or renewed by then is given out
    /// again.
    func claim(limit: Int, worker: WorkerID, lease: Double) async throws -> [ClaimedEffect]

    /// Prolongs leases. Returns those that are still this worker's.
    func renew(_ effects: [EffectID], worker: WorkerID, lease: Double) async throws -> Set<EffectID>

    /// Hands effects back at once, e.g. on shutdown; they are due again.
    func release(_ effects: [EffectID], worker: WorkerID) async throws

    /// Removes the effect and performs the command that reports it, in one transaction. Harmless when the effect is
    /// gone: the command is performed all the same and decides for itself whether it is late. Only the answer to a
    /// question about changed paths is taken once, with its effect.
    func finish(
        _ effect: EffectID, reporting command: PipelineCommand?, on pipeline: PipelineName
    ) async throws -> CommandOutcome

    /// Forgets old history and deliveries in small writes, at most about a thousand executions and ten thousand
    /// deliveries a call: call again until the report is complete.
    ///
    /// - Throws: ``LedgerError``, when nothing was removed.
    func prune(_ policy: RetentionPolicy, at now: Double) async throws -> PruneReport

    /// Hints: yields when effects were written that are due now. Each caller gets its own stream.
    func wakeUps() -> AsyncStream<Void>

    /// Seconds since 1970 when the next unclaimed effect is due, if there is one.
    func nextDue() async throws -> Double?
}

package struct EffectID: Hashable, Codable, Sendable {
    package var rawValue: Int64
    package init(_ rawValue: Int64) { self.rawValue = rawValue }
}

package struct WorkerID: Hashable, Sendable {
    package var rawValue: String
    package init(_ rawValue: String) { self.rawValue = rawValue }
}

package struct ClaimedEffect: Sendable, Equatable {
    package var id: EffectID
    package var effect: Effect
    /// 1 for the first time that it was given out.
    package var attempt: Int

    package init(id: EffectID, effect: Effect, attempt: Int) {
        self.id = id
        self.effect = effect
        self.attempt = attempt
    }
}

/// Why the ledger could not do it. The caller answers 503: nothing was written.
package enum LedgerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The disk is full, the database is locked by another process, I/O failed.
    case storageFailed(String)
    /// Too many writes wait for their commit; try again later.
    case queueFull
    case closed
    /// A row that this version can't read.
    case unreadable(String)

    package var description: String {
        switch self {
        case .storageFailed(let reason): "the ledger could not commit: \(reason)"
        case .queueFull: "too many writes are waiting for the ledger"
        case .closed: "the ledger is closed"
        case .unreadable(let reason): "the ledger holds something unreadable: \(reason)"
        }
    }
}
