import Foundation
import GRDB
import PipelineEngine
import PipelineModel

extension SQLiteRows {
    func insert(_ effect: Effect) throws {
        try run(
            "INSERT INTO effects (pipeline, subject, kind, due_at, body) VALUES (?, ?, ?, ?, ?)",
            [
                effect.pipeline.rawValue, effect.subject.id.rawValue, effect.kind.name, effect.dueAt,
                coding.blob(effect),
            ])
    }

    func removeEffect(_ id: EffectID) throws -> Bool {
        try run("DELETE FROM effects WHERE id = ?", [id.rawValue])
        return database.changesCount > 0
    }

    func removeWork(of subject: SubjectID) throws {
        try run(
            "DELETE FROM effects WHERE subject = ? AND kind NOT IN (\(Effect.Kind.ordersToEnd))", [subject.rawValue])
    }

    func lend(_ terms: LeaseTerms, limit: Int) throws -> [ClaimedEffect] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT id, body, attempts FROM effects WHERE due_at <= ?1 AND lease_until <= ?1
                ORDER BY due_at, id LIMIT ?2
                """)
        let rows = try Row.fetchAll(statement, arguments: [terms.now, limit])
        return try rows.compactMap { row in try lend(row, terms) }
    }

    /// An effect that this version can't read is put aside until the ledger is opened again, by a version that may read
    /// it: it must not keep the others waiting.
    private func lend(_ row: Row, _ terms: LeaseTerms) throws -> ClaimedEffect? {
        let (id, body, attempts): (Int64, Data, Int) = (row[0], row[1], row[2])
        let effect = try? coding.value(Effect.self, from: body, at: "effects \(id)")
        let worker = effect == nil ? Self.aside : terms.worker.rawValue
        try run(
            "UPDATE effects SET worker = ?, lease_until = ?, attempts = attempts + 1 WHERE id = ?",
            [worker, effect == nil ? Double.greatestFiniteMagnitude : terms.until, id])
        guard let effect else { return nil }
        return ClaimedEffect(id: EffectID(id), effect: effect, attempt: attempts + 1)
    }

    /// The worker of effects that can't be read.
    static let aside = "(unreadable)"

    func renew(_ id: EffectID, _ terms: LeaseTerms) throws -> Bool {
        try run(
            "UPDATE effects SET lease_until = ? WHERE id = ? AND worker = ?",
            [terms.until, id.rawValue, terms.worker.rawValue])
        return database.changesCount > 0
    }

    func release(_ id: EffectID, worker: WorkerID) throws -> Bool {
        try run(
            "UPDATE effects SET worker = NULL, lease_until = 0 WHERE id = ? AND worker = ?",
            [id.rawValue, worker.rawValue])
        return database.changesCount > 0
    }

    /// At opening: whoever had borrowed effects is gone, the lock on the data folder says so.
    func voidLeases() throws {
        try run("UPDATE effects SET worker = NULL, lease_until = 0 WHERE lease_until <> 0")
    }
}

extension Effect.Kind {
    /// The names of the kinds that ``isOrderToEnd`` holds for, in SQL.
    static let ordersToEnd = "'cancelAction', 'cancelRule'"

    /// As the `kind` column names it.
    var name: String {
        switch self {
        case .runAction: "runAction"
        case .cancelAction: "cancelAction"
        case .runRule: "runRule"
        case .collectOutputs: "collectOutputs"
        case .cancelRule: "cancelRule"
        case .askChangedPaths: "askChangedPaths"
        case .reportStatus: "reportStatus"
        case .notify: "notify"
        case .timer: "timer"
        }
    }
}
