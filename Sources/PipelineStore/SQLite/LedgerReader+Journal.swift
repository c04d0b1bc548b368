import Foundation
import GRDB
import PipelineEngine
import PipelineModel

extension LedgerReader {
    private static let journalColumns = """
        sequence, hook, hook_name, provider, delivery_id, event, received_at, headers, body_size, outcome, reason,
        decisions, replay_of
        """

    func journal(before: Int64?, limit: Int) throws -> [JournalEntry] {
        let sql = """
            SELECT \(Self.journalColumns) FROM deliveries WHERE sequence < ? ORDER BY sequence DESC LIMIT ?
            """
        return try rows(sql, [before ?? .max, limit]).map { try entry($0, body: nil) }
    }

    func journalEntry(_ sequence: Int64) throws -> JournalEntry? {
        let sql = "SELECT \(Self.journalColumns), body FROM deliveries WHERE sequence = ?"
        guard let row = try rows(sql, [sequence]).first else { return nil }
        return try entry(row, body: row["body"])
    }

    func delivery(thatStarted execution: ExecutionID) throws -> JournalEntry? {
        let sql = """
            SELECT \(Self.journalColumns) FROM deliveries
            WHERE sequence = (SELECT delivery FROM executions WHERE id = ?)
            """
        return try rows(sql, [execution.rawValue]).first.map { try entry($0, body: nil) }
    }

    private func entry(_ row: Row, body: Data?) throws -> JournalEntry {
        let sequence: Int64 = row["sequence"]
        return JournalEntry(
            sequence: sequence, hook: HookID(row["hook"] as String), hookName: row["hook_name"],
            provider: row["provider"], deliveryID: row["delivery_id"], event: row["event"],
            receivedAt: row["received_at"],
            headers: try coding.value([String: String].self, from: row["headers"], at: "deliveries \(sequence)"),
            body: body, bodySize: row["body_size"], outcome: row["outcome"], reason: row["reason"],
            decisions: try coding.value(
                [DeliveryDecision].self, from: row["decisions"], at: "deliveries \(sequence)"),
            replayOf: row["replay_of"])
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
