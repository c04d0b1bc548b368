import Foundation
import GRDB
import PipelineEngine
import PipelineModel

/// The ledger's queries over one reading connection.
struct LedgerReader {
    let database: Database
    let coding = RecordCoding()

    // MARK: Pipelines

    func pipelines(after: PipelineName?, limit: Int) throws -> [PipelineSummary] {
        let sql = """
            SELECT p.name, p.created, p.updated, v.declaration FROM pipelines p
            JOIN pipeline_versions v ON v.pipeline = p.name AND v.version = p.version
            WHERE p.name > ? ORDER BY p.name LIMIT ?
            """
        return try rows(sql, [after?.rawValue ?? "", limit]).map { row in
            let name: String = row[0]
            return PipelineSummary(
                declaration: try coding.value(
                    PipelineDeclaration.self, from: row[3], at: "pipeline_versions \(name)"),
                created: row[1], updated: row[2])
        }
    }

    func state(of pipeline: PipelineName) throws -> PipelineState? {
        try SQLiteRows(database: database).state(of: pipeline)
    }

    func declaration(of pipeline: PipelineName, version: Int) throws -> PipelineDeclaration? {
        try value(
            PipelineDeclaration.self, "SELECT declaration FROM pipeline_versions WHERE pipeline = ? AND version = ?",
            [pipeline.rawValue, version], at: "pipeline_versions \(pipeline) \(version)")
    }

    /// Those that can be read, and what is wrong with the others.
    func declarationsInForce() throws -> (readable: [PipelineDeclaration], problems: [LedgerError]) {
        let sql = """
            SELECT p.name, v.declaration FROM pipelines p
            LEFT JOIN pipeline_versions v ON v.pipeline = p.name AND v.version = p.version ORDER BY p.name
            """
        var readable: [PipelineDeclaration] = []
        var problems: [LedgerError] = []
        for row in try rows(sql) {
            let name: String = row[0]
            do {
                let blob: Data? = row[1]
                readable.append(
                    try coding.value(
                        PipelineDeclaration.self, from: blob ?? Data(), at: "pipeline_versions \(name)"))
            } catch let problem as LedgerError {
                problems.append(problem)
            }
        }
        return (readable, problems)
    }

    // MARK: Executions

    func execution(_ id: ExecutionID) throws -> PipelineExecution? {
        try value(
            PipelineExecution.self, "SELECT record FROM executions WHERE id = ?", [id.rawValue],
            at: "executions \(id)")
    }

    func executions(of pipeline: PipelineName, before: Int?, limit: Int) throws -> [PipelineExecution] {
        let sql = """
            SELECT number, record FROM executions WHERE pipeline = ? AND number < ? ORDER BY number DESC LIMIT ?
            """
        return try rows(sql, [pipeline.rawValue, before ?? .max, limit]).map { row in
            let number: Int = row[0]
            return try coding.value(
                PipelineExecution.self, from: row[1], at: "executions \(pipeline) number \(number)")
        }
    }

    /// With the plus SQLite doesn't take the index of the pipeline, which would lead through all of its attempts.
    func actionExecutions(
        of pipeline: PipelineName, execution: ExecutionID?, before: Int64?, limit: Int
    ) throws -> [ActionExecutionRow] {
        let (filter, key) =
            execution.map { ("execution = ?1 AND +pipeline = ?4", $0.rawValue) }
            ?? ("pipeline = ?1 AND ?4 IS NOT NULL", pipeline.rawValue)
        let sql = """
            SELECT sequence, record FROM action_executions WHERE \(filter) AND sequence < ?2
            ORDER BY sequence DESC LIMIT ?3
            """
        return try rows(sql, [key, before ?? .max, limit, pipeline.rawValue]).map { row in
            let sequence: Int64 = row[0]
            return ActionExecutionRow(
                sequence: sequence,
                action: try coding.value(
                    ActionExecution.self, from: row[1], at: "action_executions \(sequence)"))
        }
    }

    func ruleExecutions(
        of pipeline: PipelineName, execution: ExecutionID?, before: Int64?, limit: Int
    ) throws -> [RuleExecutionRow] {
        let (filter, key) =
            execution.map { ("execution = ?1 AND +pipeline = ?4", $0.rawValue) }
            ?? ("pipeline = ?1 AND ?4 IS NOT NULL", pipeline.rawValue)
        let sql = """
            SELECT sequence, record FROM rule_executions WHERE \(filter) AND sequence < ?2
            ORDER BY sequence DESC LIMIT ?3
            """
        return try rows(sql, [key, before ?? .max, limit, pipeline.rawValue]).map { row in
            let sequence: Int64 = row[0]
            return RuleExecutionRow(
                sequence: sequence,
                rule: try coding.value(RuleExecution.self, from: row[1], at: "rule_executions \(sequence)"))
        }
    }

    func executions(
        of pipeline: PipelineName, succeededIn stage: StageName, version: Int, before: Int?, limit: Int
    ) throws -> [PipelineExecution] {
        let sql = """
            SELECT s.number, e.record FROM stage_successes s
            JOIN executions e ON e.pipeline = s.pipeline AND e.number = s.number
            WHERE s.pipeline = ? AND s.stage = ? AND s.version = ? AND s.number < ? ORDER BY s.number DESC LIMIT ?
            """
        return try rows(sql, [pipeline.rawValue, stage.rawValue, version, before ?? .max, limit]).map { row in
            let number: Int = row[0]
            return try coding.value(
                PipelineExecution.self, from: row[1], at: "executions \(pipeline) number \(number)")
        }
    }

    func pipelineEvents(of pipeline: PipelineName, limit: Int) throws -> [RecordedEvent] {
        let sql = """
            SELECT sequence, at, body FROM events WHERE pipeline = ? AND execution IS NULL
            ORDER BY sequence DESC LIMIT ?
            """
        return try recorded(rows(sql, [pipeline.rawValue, limit]))
    }

    func events(of execution: ExecutionID) throws -> [RecordedEvent] {
        let sql = "SELECT sequence, at, body FROM events WHERE execution = ? ORDER BY sequence"
        return try recorded(rows(sql, [execution.rawValue]))
    }

    private func recorded(_ rows: [Row]) throws -> [RecordedEvent] {
        try rows.map { row in
            let sequence: Int64 = row[0]
            return RecordedEvent(
                sequence: sequence, at: row[1],
                event: try coding.value(PipelineEvent.self, from: row[2], at: "events \(sequence)"))
        }
    }

    // MARK: Reading

    func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments)
    }

    private func value<Value: Decodable>(
        _ type: Value.Type, _ sql: String, _ arguments: StatementArguments, at place: @autoclosure () -> String
    ) throws -> Value? {
        guard let blob = try Data.fetchOne(database.cachedStatement(sql: sql), arguments: arguments) else {
            return nil
        }
        return try coding.value(type, from: blob, at: place())
    }
}
