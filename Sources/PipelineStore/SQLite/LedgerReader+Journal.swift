import Foundation
import GRDB
import PipelineEngine
import PipelineModel

extension LedgerReader {
    private static let journalColumns = """
        sequence, hook, hook_name, provider, delivery_id, event, received_at, headers, body_size, outcome,
        deliveries.reason AS reason, decisions, replay_of, origin
        """
    static let deferralColumns = """
        due_at, since, attempts, parked, deferred_deliveries.reason AS open_reason, only_pipeline
        """
    private static let journalTables =
        "deliveries LEFT JOIN deferred_deliveries ON deferred_deliveries.delivery = deliveries.sequence"

    func journal(before: Int64?, limit: Int) throws -> [JournalEntry] {
        try journal(JournalFilter(), before: before, limit: limit)
    }

    func journal(_ filter: JournalFilter, before: Int64?, limit: Int) throws -> [JournalEntry] {
        var conditions = ["sequence < ?"]
        var arguments: StatementArguments = [before ?? .max]
        if let hook = filter.hook {
            conditions.append("(hook_name = ? OR hook = ?)")
            arguments += [hook, hook]
        }
        if let outcome = filter.outcome {
            conditions.append("outcome = ?")
            arguments += [outcome]
        }
        if let since = filter.since {
            conditions.append("received_at >= ?")
            arguments += [since]
        }
        // Few are parked: they are found by their own table.
        if filter.parkedOnly {
            conditions.append("sequence IN (SELECT delivery FROM deferred_deliveries WHERE parked = 1)")
        }
        let sql = """
            SELECT \(Self.journalColumns), \(Self.deferralColumns) FROM \(Self.journalTables)
            WHERE \(conditions.joined(separator: " AND ")) ORDER BY sequence DESC LIMIT ?
            """
        return try rows(sql, arguments + [limit]).map { try entry($0, body: nil) }
    }

    func journalEntry(_ sequence: Int64) throws -> JournalEntry? {
        let sql = """
            SELECT \(Self.journalColumns), \(Self.deferralColumns), body, events FROM \(Self.journalTables)
            WHERE sequence = ?
            """
        guard let row = try rows(sql, [sequence]).first else { return nil }
        var entry = try entry(row, body: row["body"])
        if let blob: Data = row["events"] {
            entry.events = try coding.value([SourceEvent].self, from: blob, at: "deliveries \(sequence) events")
        }
        return entry
    }

    /// Without body and events.
    func outline(of sequence: Int64) throws -> JournalEntry? {
        let sql = """
            SELECT \(Self.journalColumns), \(Self.deferralColumns) FROM \(Self.journalTables) WHERE sequence = ?
            """
        return try rows(sql, [sequence]).first.map { try entry($0, body: nil) }
    }

    func delivery(thatStarted execution: ExecutionID) throws -> JournalEntry? {
        let sql = """
            SELECT \(Self.journalColumns), \(Self.deferralColumns) FROM \(Self.journalTables)
            WHERE sequence = (SELECT delivery FROM executions WHERE id = ?)
            """
        return try rows(sql, [execution.rawValue]).first.map { try entry($0, body: nil) }
    }

    private func entry(_ row: Row, body: Data?) throws -> JournalEntry {
        let sequence: Int64 = row["sequence"]
        let origin: String? = row["origin"]
        return JournalEntry(
            sequence: sequence, hook: HookID(row["hook"] as String), hookName: row["hook_name"],
            provider: row["provider"], deliveryID: row["delivery_id"], event: row["event"],
            receivedAt: row["received_at"],
            headers: try coding.value([String: String].self, from: row["headers"], at: "deliveries \(sequence)"),
            body: body, bodySize: row["body_size"], outcome: row["outcome"], reason: row["reason"],
            decisions: try coding.value(
                [DeliveryDecision].self, from: row["decisions"], at: "deliveries \(sequence)"),
            replayOf: row["replay_of"], origin: origin.flatMap(Delivery.Origin.init), deferral: Self.deferral(row))
    }

    /// `nil` where the delivery is not on the desk.
    static func deferral(_ row: Row) -> JournalEntry.Deferral? {
        guard let due: Double = row["due_at"] else { return nil }
        let only: String? = row["only_pipeline"]
        return JournalEntry.Deferral(
            attempts: row["attempts"], since: row["since"], dueAt: due, isParked: row["parked"],
            reason: row["open_reason"], only: only.map { PipelineName($0) })
    }

    /// - Parameter now: seconds since 1970; effects due by then count as due, whoever holds them.
    func counts(at now: Double) throws -> LedgerCounts {
        var counts = LedgerCounts(
            pipelines: 0, executionsByStatus: [:], effectsDue: 0, effectsWaiting: 0, deliveries: 0)
        for row in try rows("SELECT name, count FROM tallies WHERE count > 0") {
            let (name, count): (String, Int) = (row[0], row[1])
            if name == "deliveries" {
                counts.deliveries = count
            } else if let status = ExecutionStatus(rawValue: String(name.dropFirst("executions ".count))) {
                counts.executionsByStatus[status] = count
            }
        }
        counts.pipelines = try number("SELECT COUNT(*) FROM pipelines")
        counts.effectsDue = try number("SELECT COUNT(*) FROM effects WHERE due_at <= ?", [now])
        counts.effectsWaiting = try number("SELECT COUNT(*) FROM effects WHERE due_at > ?", [now])
        return counts
    }

    func nextDue(at now: Double) throws -> Double? {
        let sql = "SELECT due_at FROM effects WHERE lease_until <= ? ORDER BY due_at LIMIT 1"
        return try Double.fetchOne(database.cachedStatement(sql: sql), arguments: [now])
    }

    private func number(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
        try Int.fetchOne(database.cachedStatement(sql: sql), arguments: arguments) ?? 0
    }
}
