package import PipelineEngine
package import PipelineModel

extension InMemoryLedger: DeliveryDesk {
    package func deferredDeliveries(dueBy now: Double, limit: Int) async throws -> [Int64] {
        read { rows in
            let open = rows.journal.compactMap { entry in
                entry.deferral.flatMap { $0.isParked || $0.dueAt > now ? nil : ($0.dueAt, entry.sequence) }
            }
            return open.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(limit).map(\.1)
        }
    }

    package func nextDeferredDue() async throws -> Double? {
        read { rows in
            rows.journal.compactMap { $0.deferral.flatMap { $0.isParked ? nil : $0.dueAt } }.min()
        }
    }

    package func settle(
        _ settlement: DeliverySettlement, match: @escaping EventMatcher
    ) async throws -> DeliveryReceipt? {
        try write { session in try session.settle(settlement, match: match) }
    }

    package func postpone(_ delivery: Int64, until: Double, reason: String) async throws {
        try write { session in try session.postpone(delivery, until: until, reason: reason) }
    }

    package func park(_ delivery: Int64, reason: String) async throws {
        try write { session in try session.park(delivery, reason: reason) }
    }

    package func journal(_ filter: JournalFilter, before: Int64?, limit: Int) async throws -> [JournalEntry] {
        read { rows in
            let found = rows.journal.lazy.reversed().filter { $0.sequence < before ?? .max && filter.admits($0) }
            return found.prefix(limit).map { entry in
                var entry = entry
                entry.body = nil
                entry.events = nil
                return entry
            }
        }
    }

    package func watchRefs(of repository: WatchedRepository) async throws -> KnownRefs {
        try write { session in try session.watchRefs(of: repository) }
    }

    package func record(_ look: RefLook, match: @escaping EventMatcher) async throws -> RefLookOutcome {
        try write { session in try session.record(look, match: match) }
    }

    package func forgetRefs(except repositories: Set<WatchedRepository>) async throws {
        try write { session in try session.forgetRefs(except: repositories) }
    }

    package func logReadUntil(_ hook: HookID, repository: String) async throws -> Double? {
        read { $0.logReads[hook]?[repository] }
    }

    package func noteLogRead(_ hook: HookID, repository: String, until: Double) async throws {
        try write { session in session.rows.noteLogRead(hook, repository: repository, until: until) }
    }
}

extension JournalFilter {
    fileprivate func admits(_ entry: JournalEntry) -> Bool {
        (hook == nil || entry.hookName == hook || entry.hook.rawValue == hook)
            && (outcome == nil || entry.outcome == outcome) && entry.receivedAt >= since ?? -.infinity
            && (!parkedOnly || entry.deferral?.isParked == true)
    }
}
