import GRDB
package import PipelineEngine
package import PipelineModel

extension SQLiteLedger: DeliveryDesk {
    package func deferredDeliveries(dueBy now: Double, limit: Int) async throws -> [Int64] {
        try await read { try $0.deferredDeliveries(dueBy: now, limit: limit) }
    }

    package func nextDeferredDue() async throws -> Double? { try await read { try $0.nextDeferredDue() } }

    package func settle(
        _ settlement: DeliverySettlement, match: @escaping EventMatcher
    ) async throws -> DeliveryReceipt? {
        try await write { session in try session.settle(settlement, match: match) }
    }

    package func postpone(_ delivery: Int64, until: Double, reason: String) async throws {
        try await write { session in try session.postpone(delivery, until: until, reason: reason) }
    }

    package func park(_ delivery: Int64, reason: String) async throws {
        try await write { session in try session.park(delivery, reason: reason) }
    }

    package func journal(_ filter: JournalFilter, before: Int64?, limit: Int) async throws -> [JournalEntry] {
        try await read { try $0.journal(filter, before: before, limit: limit) }
    }

    package func watchRefs(of repository: WatchedRepository) async throws -> KnownRefs {
        try await write { session in try session.watchRefs(of: repository) }
    }

    package func record(_ look: RefLook, match: @escaping EventMatcher) async throws -> RefLookOutcome {
        try await write { session in try session.record(look, match: match) }
    }

    package func forgetRefs(except repositories: Set<WatchedRepository>) async throws {
        try await write { session in try session.forgetRefs(except: repositories) }
    }

    package func logReadUntil(_ hook: HookID, repository: String) async throws -> Double? {
        try await read { try $0.logReadUntil(hook, repository: repository) }
    }

    package func noteLogRead(_ hook: HookID, repository: String, until: Double) async throws {
        try await write { session in try session.rows.noteLogRead(hook, repository: repository, until: until) }
    }
}

extension LedgerReader {
    func deferredDeliveries(dueBy now: Double, limit: Int) throws -> [Int64] {
        let sql = """
            SELECT delivery FROM deferred_deliveries WHERE parked = 0 AND due_at <= ? ORDER BY due_at, delivery LIMIT ?
            """
        return try Int64.fetchAll(database.cachedStatement(sql: sql), arguments: [now, limit])
    }

    func nextDeferredDue() throws -> Double? {
        let sql = "SELECT due_at FROM deferred_deliveries WHERE parked = 0 ORDER BY due_at LIMIT 1"
        return try Double.fetchOne(database.cachedStatement(sql: sql))
    }

    func logReadUntil(_ hook: HookID, repository: String) throws -> Double? {
        let sql = "SELECT until FROM log_reads WHERE hook = ? AND repository = ?"
        return try Double.fetchOne(database.cachedStatement(sql: sql), arguments: [hook.rawValue, repository])
    }
}
