package import PipelineModel

/// The matchmaker's word on an event and a binding of its repository.
package typealias EventMatcher = @Sendable (SourceEvent, SourceBinding) -> MatchVerdict

/// What of deliveries is dealt with after their answer: those that are looked into, and the refs that no delivery told
/// of. One process works on a ledger, and one room on each of the two: nothing here is lent.
package protocol DeliveryDesk: Sendable {
    /// Deliveries to look into that are due, oldest due first; parked ones never are.
    func deferredDeliveries(dueBy now: Double, limit: Int) async throws -> [Int64]

    /// Seconds since 1970 when the next one is due.
    func nextDeferredDue() async throws -> Double?

    /// Matches what a delivery turned out to say and takes it off the desk, in one transaction. `nil`: it is not on the
    /// desk (any more), and nothing was done.
    func settle(_ settlement: DeliverySettlement, match: @escaping EventMatcher) async throws -> DeliveryReceipt?

    /// It could not be found out now; the delivery's decision says why and when it is tried again. Nothing happens when
    /// it is not on the desk.
    func postpone(_ delivery: Int64, until: Double, reason: String) async throws

    /// It is tried no more; see `penstock deliveries list --parked`.
    func park(_ delivery: Int64, reason: String) async throws

    /// Newest first, with sequences below `before`, without bodies.
    func journal(_ filter: JournalFilter, before: Int64?, limit: Int) async throws -> [JournalEntry]

    /// From now on deliveries about the repository are kept in mind; what is known of its refs so far.
    func watchRefs(of repository: WatchedRepository) async throws -> KnownRefs

    /// Records what a look at the refs has found that no delivery told of, as one delivery, in one transaction.
    func record(_ look: RefLook, match: @escaping EventMatcher) async throws -> RefLookOutcome

    /// Repositories that no pipeline names any more: a later look begins anew.
    func forgetRefs(except repositories: Set<WatchedRepository>) async throws

    /// Until when a host's log had been read for a hook; `nil`: never.
    func logReadUntil(_ hook: HookID, repository: String) async throws -> Double?
    func noteLogRead(_ hook: HookID, repository: String, until: Double) async throws
}

/// What a deferred delivery turned out to say.
package struct DeliverySettlement: Sendable, Equatable {
    package var delivery: Int64
    package var events: [SourceEvent]
    /// Why there are none.
    package var ignored: String?
    package var connection: ConnectionARN?
    package var rules: [StartRule]

    package init(
        delivery: Int64, events: [SourceEvent], ignored: String? = nil, connection: ConnectionARN?,
        rules: [StartRule] = []
    ) {
        self.delivery = delivery
        self.events = events
        self.ignored = ignored
        self.connection = connection
        self.rules = rules
    }
}
