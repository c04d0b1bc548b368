import GRDB
import PipelineEngine
import PipelineModel
import Synchronization
import Testing

@testable import PipelineStore

/// No list looks through the whole history: every statement finds its rows by an index, in the order that it wants.
@Suite struct QueryPlanTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func `reading scans no table and sorts nothing`() async throws {
        let ledger = try await openLedger(in: folder)
        let id = try await ledger.created(.sample(gates: ["Hours"]))
        let statements = try await ledger.read { reader in
            let seen = Mutex<[String]>([])
            reader.database.trace { event in seen.withLock { $0.append(event.expandedDescription) } }
            defer { reader.database.trace() }
            _ = try reader.state(of: "app")
            _ = try reader.execution(id)
            _ = try reader.executions(of: "app", before: nil, limit: 9)
            _ = try reader.executions(of: "app", succeededIn: "Build", version: 1, before: nil, limit: 9)
            for execution in [nil, id] {
                _ = try reader.actionExecutions(of: "app", execution: execution, before: nil, limit: 9)
                _ = try reader.ruleExecutions(of: "app", execution: execution, before: nil, limit: 9)
            }
            _ = try reader.events(of: id)
            _ = try reader.pipelineEvents(of: "app", limit: 9)
            _ = try reader.delivery(thatStarted: id)
            _ = try reader.pipelines(after: nil, limit: 9)
            _ = try reader.journal(before: nil, limit: 9)
            _ = try reader.journalEntry(1)
            _ = try reader.counts(at: 0)
            _ = try reader.nextDue(at: 0)
            let rows = SQLiteRows(database: reader.database)
            _ = try rows.pipeline(after: nil)
            _ = try rows.history(of: "app", above: 0, limit: 9)
            _ = try rows.number(of: "app", behindNewest: 3)
            _ = try rows.deployed(of: "app")
            _ = try rows.job("j")
            _ = try rows.waitingJobs(JobQuery(type: PipelineDeclaration.workerType), at: 0, limit: 9)
            return seen.withLock { $0 }
        }
        #expect(statements.count > 20)
        for sql in statements where sql.hasPrefix("SELECT") {
            let plan = try await ledger.pool.read { database in
                try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String }
            }
            for step in plan where !Self.isFine(step, in: sql) { Issue.record("\(step) in \(sql)") }
        }
        try await ledger.close()
    }

    /// Tables that hold no history may be counted; the journal is read from its end.
    private static func isFine(_ step: String, in sql: String) -> Bool {
        if step.contains("TEMP B-TREE") { return false }
        guard step.hasPrefix("SCAN") else { return true }
        return ["tallies", "pipelines", "effects", "CONSTANT", "json_each"].contains { step.contains($0) }
    }

    @Test func `the attempts of an execution are found by it, not by its pipeline`() async throws {
        let ledger = try await openLedger(in: folder)
        for table in ["action_executions", "rule_executions"] {
            let plan = try await ledger.pool.read { database in
                try Row.fetchAll(
                    database,
                    sql: """
                        EXPLAIN QUERY PLAN SELECT sequence, record FROM \(table)
                        WHERE execution = 'e' AND +pipeline = 'p' AND sequence < 9 ORDER BY sequence DESC LIMIT 9
                        """
                ).map { $0["detail"] as String }
            }
            #expect(plan.count == 1 && plan[0].contains("\(table)_by_execution"), "\(plan)")
        }
        try await ledger.close()
    }
}
