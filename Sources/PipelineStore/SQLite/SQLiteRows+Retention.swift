import Foundation
import GRDB
import PipelineEngine
import PipelineModel

extension SQLiteRows {
    func pipeline(after former: PipelineName?) throws -> PipelineName? {
        let name = try String.fetchOne(
            database.cachedStatement(sql: "SELECT name FROM pipelines WHERE name > ? ORDER BY name LIMIT 1"),
            arguments: [former?.rawValue ?? ""])
        return name.map { PipelineName($0) }
    }

    func history(of pipeline: PipelineName, above number: Int, limit: Int) throws -> [HistoryRow] {
        try history(
            "SELECT number, record FROM executions WHERE pipeline = ? AND number > ? ORDER BY number LIMIT ?",
            [pipeline.rawValue, number, limit])
    }

    func number(of pipeline: PipelineName, behindNewest count: Int) throws -> Int? {
        try Int.fetchOne(
            database.cachedStatement(
                sql: "SELECT number FROM executions WHERE pipeline = ? ORDER BY number DESC LIMIT 1 OFFSET ?"),
            arguments: [pipeline.rawValue, count])
    }

    /// From stage to stage along the key: the many successes in between aren't looked at.
    func deployed(of pipeline: PipelineName) throws -> [HistoryRow] {
        let next = try database.cachedStatement(
            sql: "SELECT stage FROM stage_successes WHERE pipeline = ? AND stage > ? ORDER BY stage LIMIT 1")
        let newest = """
            SELECT number, record FROM executions WHERE pipeline = ?1 AND number = (
                SELECT number FROM stage_successes WHERE pipeline = ?1 AND stage = ?2
                ORDER BY version DESC, number DESC LIMIT 1)
            """
        var deployed: [HistoryRow] = []
        var stage = ""
        while let found = try String.fetchOne(next, arguments: [pipeline.rawValue, stage]) {
            deployed += try history(newest, [pipeline.rawValue, found])
            stage = found
        }
        return deployed
    }

    private func history(_ sql: String, _ arguments: StatementArguments) throws -> [HistoryRow] {
        try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments).map { row in
            let number: Int = row[0]
            return HistoryRow(
                number: number,
                record: try? coding.value(PipelineExecution.self, from: row[1], at: "executions number \(number)"))
        }
    }

    /// Attempts and rules follow by their foreign keys.
    func remove(_ execution: PipelineExecution) throws -> (artifacts: [StoredArtifact], rows: Int) {
        let id = execution.id.rawValue
        let attempts = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT sequence, record FROM action_executions WHERE execution = ?"),
            arguments: [id])
        // Of an attempt that this version can't read, nobody knows the artifacts: they stay in their store.
        let artifacts = attempts.flatMap { row in
            (try? coding.value(ActionExecution.self, from: row[1], at: "action_executions"))?.outputArtifacts ?? []
        }
        let before = database.totalChangesCount
        try run("DELETE FROM events WHERE execution = ?", [id])
        for success in execution.stageSuccesses {
            try run(
                "DELETE FROM stage_successes WHERE pipeline = ? AND stage = ? AND version = ? AND number = ?",
                success.key)
        }
        try run("DELETE FROM executions WHERE id = ?", [id])
        return (artifacts, database.totalChangesCount - before)
    }

    func removeVersions(of pipeline: PipelineName, below version: Int, but kept: Set<Int>) throws -> Int {
        let list = kept.sorted().map(String.init).joined(separator: ", ")
        try database.execute(
            sql: "DELETE FROM pipeline_versions WHERE pipeline = ? AND version < ? AND version NOT IN (\(list))",
            arguments: [pipeline.rawValue, version])
        return database.changesCount
    }

    func removeEvents(of pipeline: PipelineName, before time: Double, but kept: Int, limit: Int) throws -> Int {
        let bound = try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT sequence FROM events WHERE pipeline = ? AND execution IS NULL
                    ORDER BY sequence DESC LIMIT 1 OFFSET ?
                    """), arguments: [pipeline.rawValue, kept])
        guard let bound else { return 0 }
        try run(
            """
            DELETE FROM events WHERE sequence IN (
                SELECT sequence FROM events WHERE pipeline = ? AND execution IS NULL AND sequence <= ? AND at < ?
                ORDER BY sequence LIMIT ?)
            """, [pipeline.rawValue, bound, time, limit])
        return database.changesCount
    }

    func removeDeliveries(before time: Double?, beyond count: Int?, limit: Int) throws -> Int {
        let sum = try Int.fetchOne(
            database.cachedStatement(sql: "SELECT count FROM tallies WHERE name = 'deliveries'"))
        let excess = count.map { max(0, (sum ?? 0) - $0) } ?? 0
        let oldest = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT sequence, received_at FROM deliveries ORDER BY sequence LIMIT ?"),
            arguments: [limit])
        var gone = 0
        for row in oldest {
            let (sequence, received): (Int64, Double) = (row[0], row[1])
            guard gone < excess || received < time ?? 0 else { break }
            try run("DELETE FROM deliveries WHERE sequence = ?", [sequence])
            gone += 1
        }
        return gone
    }
}
