import Foundation
import GRDB
import PipelineEngine
import PipelineModel

extension SQLiteRows {
    func taken(_ deliveryID: String, hook: HookID) throws -> DeliveryReceipt.Former? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT sequence, decisions, reason FROM deliveries WHERE hook = ? AND delivery_id = ?
                AND outcome IN ('accepted', 'ignored') AND replay_of IS NULL
                """)
        guard let row = try Row.fetchOne(statement, arguments: [hook.rawValue, deliveryID]) else { return nil }
        let sequence: Int64 = row[0]
        return DeliveryReceipt.Former(
            sequence: sequence,
            decisions: try coding.value([DeliveryDecision].self, from: row[1], at: "deliveries \(sequence)"),
            reason: row[2], isDeferred: try deferral(of: sequence).map { !$0.isParked } ?? false)
    }

    func append(_ entry: JournalEntry) throws -> Int64 {
        try run(
            """
            INSERT INTO deliveries (hook, hook_name, provider, delivery_id, event, received_at, headers, body_size,
            outcome, reason, decisions, replay_of, body, origin, events)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.hook.rawValue, entry.hookName, entry.provider, entry.deliveryID, entry.event, entry.receivedAt,
                coding.blob(entry.headers), entry.bodySize, entry.outcome, entry.reason, coding.blob(entry.decisions),
                entry.replayOf, entry.body ?? Data(), entry.origin?.rawValue, entry.events.map(coding.blob),
            ])
        return database.lastInsertedRowID
    }

    func amend(_ delivery: Int64, answering question: SubjectID, with decision: DeliveryDecision) throws {
        let statement = try database.cachedStatement(sql: "SELECT decisions FROM deliveries WHERE sequence = ?")
        guard let blob = try Data.fetchOne(statement, arguments: [delivery]) else { return }
        var decisions = try coding.value([DeliveryDecision].self, from: blob, at: "deliveries \(delivery)")
        decisions.amend(answering: question, with: decision)
        try rewrite(delivery, decisions: decisions, events: nil)
    }

    func rewrite(_ delivery: Int64, decisions: [DeliveryDecision], events: [SourceEvent]?) throws {
        try run(
            "UPDATE deliveries SET decisions = ?, events = coalesce(?, events) WHERE sequence = ?",
            [coding.blob(decisions), events.map(coding.blob), delivery])
    }

    func entry(_ delivery: Int64) throws -> JournalEntry? { try LedgerReader(database: database).outline(of: delivery) }

    private func deferral(of delivery: Int64) throws -> JournalEntry.Deferral? {
        let statement = try database.cachedStatement(
            sql: "SELECT \(LedgerReader.deferralColumns) FROM deferred_deliveries WHERE delivery = ?")
        return try Row.fetchOne(statement, arguments: [delivery]).flatMap(LedgerReader.deferral)
    }

    func setDeferral(_ deferral: JournalEntry.Deferral?, of delivery: Int64) throws {
        guard let deferral else { return try run("DELETE FROM deferred_deliveries WHERE delivery = ?", [delivery]) }
        try run(
            """
            INSERT OR REPLACE INTO deferred_deliveries (delivery, due_at, since, attempts, parked, reason, only_pipeline)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                delivery, deferral.dueAt, deferral.since, deferral.attempts, deferral.isParked, deferral.reason,
                deferral.only?.rawValue,
            ])
    }

    // The table held a row for each start once; a row for each subject, under keys of another form, does the same in
    // fewer. What is left of the old ones goes with the window.

    func story(of subject: String) throws -> String? {
        let statement = try database.cachedStatement(sql: "SELECT execution FROM recent_starts WHERE change = ?")
        return try String.fetchOne(statement, arguments: [subject])
    }

    func keep(_ story: String, of subject: String, at now: Double, forgetting time: Double) throws {
        // What is too old is forgotten by whoever reads it: to take it away can wait.
        if Int(now).isMultiple(of: 10) { try run("DELETE FROM recent_starts WHERE at < ?", [time]) }
        try run(
            "INSERT OR REPLACE INTO recent_starts (change, at, execution) VALUES (?, ?, ?)", [subject, now, story])
    }
}
