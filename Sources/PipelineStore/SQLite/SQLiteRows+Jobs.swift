import Foundation
import GRDB
import PipelineEngine
import PipelineModel

extension SQLiteRows {
    func insert(_ job: Job, of work: ActionWork) throws {
        try run(
            """
            INSERT INTO jobs (id, pipeline, execution, subject, type, status, configuration, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                job.id.rawValue, job.pipeline.rawValue, work.action.executionID.rawValue, work.action.id.rawValue,
                work.action.type.description, job.status.rawValue,
                String(decoding: coding.blob(work.action.plainConfiguration), as: UTF8.self), coding.blob(work),
            ])
    }

    func job(_ id: JobID) throws -> Job? { try JobReader(database: database, coding: coding).job(id) }

    func waitingJobs(_ query: JobQuery, at now: Double, limit: Int) throws -> [Job] {
        try JobReader(database: database, coding: coding).waiting(query, at: now, limit: limit)
    }

    func update(_ job: Job) throws {
        try run(
            """
            UPDATE jobs SET status = ?1, nonce = ?2, lapses_at = ?3,
            body = CASE WHEN ?4 THEN NULL ELSE body END, configuration = CASE WHEN ?4 THEN NULL ELSE configuration END
            WHERE id = ?5
            """,
            [job.status.rawValue, job.nonce, job.lapsesAt, job.status.isTerminal, job.id.rawValue])
    }

    func endJobs(of subject: SubjectID, as status: JobStatus) throws {
        try run(
            """
            UPDATE jobs SET status = ?, body = NULL, configuration = NULL
            WHERE subject = ? AND status IN ('Queued', 'Dispatched', 'InProgress')
            """, [status.rawValue, subject.rawValue])
    }
}

/// Looks jobs up, for the writer and for readers.
struct JobReader {
    let database: Database
    let coding: RecordCoding

    func job(_ id: JobID) throws -> Job? {
        let statement = try database.cachedStatement(
            sql: "SELECT id, pipeline, status, nonce, lapses_at, body FROM jobs WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id.rawValue]).map(job)
    }

    /// - Parameter query: a value to look for is compared with the resolved configuration.
    func waiting(_ query: JobQuery, at now: Double, limit: Int) throws -> [Job] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT id, pipeline, status, nonce, lapses_at, body FROM jobs
                WHERE type = ?1 AND status IN ('Queued', 'Dispatched') AND (status = 'Queued' OR lapses_at <= ?2)
                AND (?3 IS NULL OR EXISTS (SELECT 1 FROM json_each(configuration) WHERE key = ?3 AND value = ?4))
                ORDER BY sequence LIMIT ?5
                """)
        let arguments: StatementArguments = [
            query.type.description, now, query.property?.name, query.property?.value, limit,
        ]
        return try Row.fetchAll(statement, arguments: arguments).map(job)
    }

    private func job(_ row: Row) throws -> Job {
        let (id, status, body): (String, String, Data?) = (row[0], row[2], row[5])
        guard let status = JobStatus(rawValue: status) else {
            throw LedgerError.unreadable("the job \(id) has the status '\(status)'")
        }
        return Job(
            id: JobID(id), pipeline: PipelineName(row[1] as String), status: status, nonce: row[3], lapsesAt: row[4],
            work: try body.map { try coding.value(ActionWork.self, from: $0, at: "jobs \(id)") })
    }
}

extension ActionExecution {
    /// What isn't secret of the resolved configuration.
    fileprivate var plainConfiguration: [String: String] {
        resolvedConfiguration.compactMapValues { if case .plain(let text) = $0 { text } else { nil } }
    }
}
