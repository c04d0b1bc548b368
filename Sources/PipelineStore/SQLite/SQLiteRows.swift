import Foundation
import GRDB
import PipelineEngine
import PipelineModel

/// The ledger's rows in SQLite. Lives on the writer's thread, inside its access to the connection.
struct SQLiteRows: LedgerRows {
    let database: Database
    let coding = RecordCoding()

    /// Runs a cached statement that returns no rows.
    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    func execution(_ id: ExecutionID) throws -> PipelineExecution? {
        let statement = try database.cachedStatement(sql: "SELECT record FROM executions WHERE id = ?")
        guard let blob = try Data.fetchOne(statement, arguments: [id.rawValue]) else { return nil }
        return try coding.value(PipelineExecution.self, from: blob, at: "executions \(id)")
    }

    func save(_ changes: LedgerChanges) throws {
        for case let state? in changes.states.values { try save(state) }
        for version in changes.versions { try save(version) }
        for execution in changes.executions.values { try save(execution, startedBy: changes.deliveries[execution.id]) }
        for action in changes.actions.values { try save(action) }
        for rule in changes.rules.values { try save(rule) }
        for success in changes.successes { try save(success) }
    }

    private func save(_ success: StageSuccess) throws {
        try run(
            "INSERT OR IGNORE INTO stage_successes (pipeline, stage, version, number) VALUES (?, ?, ?, ?)",
            success.key)
    }

    private func save(_ record: RuleRecord) throws {
        try run(
            """
            INSERT INTO rule_executions (id, pipeline, execution, record) VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET record = excluded.record
            """,
            [
                record.rule.id.rawValue, record.pipeline.rawValue, record.rule.executionID.rawValue,
                coding.blob(record.rule),
            ])
    }

    private func save(_ version: PipelineDeclaration) throws {
        try run(
            """
            INSERT INTO pipeline_versions (pipeline, version, declaration) VALUES (?, ?, ?)
            ON CONFLICT (pipeline, version) DO UPDATE SET declaration = excluded.declaration
            """,
            [version.name.rawValue, version.version, coding.blob(version)])
    }

    private func save(_ execution: PipelineExecution, startedBy delivery: Int64?) throws {
        try run(
            """
            INSERT INTO executions (id, pipeline, number, status, record, delivery) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET status = excluded.status, record = excluded.record,
            delivery = coalesce(delivery, excluded.delivery)
            """,
            [
                execution.id.rawValue, execution.pipeline.rawValue, execution.number, execution.status.rawValue,
                coding.blob(execution), delivery,
            ])
    }

    private func save(_ record: ActionRecord) throws {
        try run(
            """
            INSERT INTO action_executions (id, pipeline, execution, record) VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET record = excluded.record
            """,
            [
                record.action.id.rawValue, record.pipeline.rawValue, record.action.executionID.rawValue,
                coding.blob(record.action),
            ])
    }

    /// Versions, executions and attempts follow by their foreign keys.
    func removePipeline(_ pipeline: PipelineName) throws {
        let name = pipeline.rawValue
        try run("DELETE FROM events WHERE execution IN (SELECT id FROM executions WHERE pipeline = ?)", [name])
        try run("DELETE FROM events WHERE pipeline = ? AND execution IS NULL", [name])
        try run("DELETE FROM effects WHERE pipeline = ? AND kind NOT IN (\(Effect.Kind.ordersToEnd))", [name])
        try run("DELETE FROM stage_successes WHERE pipeline = ?", [name])
        try run("DELETE FROM pipelines WHERE name = ?", [name])
    }

    func append(_ events: [PipelineEvent], of pipeline: PipelineName, at now: Double) throws {
        for event in events {
            try run(
                """
                INSERT INTO events (pipeline, execution, action_execution, at, kind, body)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                [
                    pipeline.rawValue, event.execution?.rawValue, event.actionReference?.id.rawValue, now, event.kind,
                    coding.blob(event),
                ])
        }
    }
}

extension StageSuccess {
    /// The primary key, which is all of it.
    var key: StatementArguments { [pipeline.rawValue, stage.rawValue, version, number] }
}
