import Foundation
import GRDB
package import PipelineEngine

extension SQLiteLedger: Registry {
    package func registered(_ kind: RegistryEntry.Kind) async throws -> [RegistryEntry] {
        try await read { try $0.registered(kind) }
    }

    package func change(registry changes: [RegistryChange]) async throws {
        try await write { session in
            let now = session.terms.clock()
            for change in changes { try session.rows.check(change) }
            for change in changes { try session.rows.apply(change, at: now) }
        }
    }
}

extension SQLiteRows {
    func record(_ kind: RegistryEntry.Kind, _ name: String) throws -> Data? {
        try Data.fetchOne(
            database.cachedStatement(sql: "SELECT record FROM registry WHERE kind = ? AND name = ?"),
            arguments: [kind.rawValue, name])
    }

    func count(_ kind: RegistryEntry.Kind) throws -> Int {
        let statement = try database.cachedStatement(sql: "SELECT count(*) FROM registry WHERE kind = ?")
        return try Int.fetchOne(statement, arguments: [kind.rawValue]) ?? 0
    }

    func apply(_ change: RegistryChange, at now: Double) throws {
        switch change {
        case .put(let entry):
            try run(
                "INSERT OR REPLACE INTO registry (kind, name, updated, record) VALUES (?, ?, ?, ?)",
                [entry.kind.rawValue, entry.name, now, entry.record])
        case .remove(let kind, let name):
            try run("DELETE FROM registry WHERE kind = ? AND name = ?", [kind.rawValue, name])
        case .expect, .fewer: break
        }
    }
}

extension LedgerReader {
    func registered(_ kind: RegistryEntry.Kind) throws -> [RegistryEntry] {
        let statement = try database.cachedStatement(
            sql: "SELECT name, updated, record FROM registry WHERE kind = ? ORDER BY name")
        return try Row.fetchAll(statement, arguments: [kind.rawValue]).map { row in
            RegistryEntry(kind: kind, name: row[0], record: row[2], updated: row[1])
        }
    }
}
