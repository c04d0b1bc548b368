import Foundation
import GRDB
import PipelineEngine
import PipelineModel

/// A pipeline's state lies in its own row but for its executions, which have rows already: writing fifty live ones with
/// every decision about one of them would cost more than the decision.
extension SQLiteRows {
    func state(of pipeline: PipelineName) throws -> PipelineState? {
        let statement = try database.cachedStatement(sql: "SELECT state, executions FROM pipelines WHERE name = ?")
        guard let row = try Row.fetchOne(statement, arguments: [pipeline.rawValue]) else { return nil }
        var state = try coding.value(PipelineState.self, from: row[0], at: "pipelines \(pipeline)")
        // Schema 1: they are in the state.
        guard let members: Data = row[1] else { return state }
        for id in try coding.value([ExecutionID].self, from: members, at: "pipelines \(pipeline) executions") {
            guard let execution = try execution(id) else {
                throw LedgerError.unreadable("pipelines \(pipeline): execution \(id) has no row")
            }
            state.executions[id] = execution
        }
        return state
    }

    /// The executions' records are saved with the same changes.
    func save(_ state: PipelineState) throws {
        var frame = state
        frame.executions = [:]
        try run(
            """
            INSERT INTO pipelines (name, version, created, updated, state, executions) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET version = excluded.version, created = excluded.created,
            updated = excluded.updated, state = excluded.state, executions = excluded.executions
            """,
            [
                state.declaration.name.rawValue, state.declaration.version, state.created, state.updated,
                coding.blob(frame), coding.blob(state.executions.keys.sorted()),
            ])
    }
}
