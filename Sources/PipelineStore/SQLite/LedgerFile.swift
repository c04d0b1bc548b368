import Foundation
import GRDB
import Logging
import PipelineEngine
import PipelineModel

/// Opening the ledger's file: settings of the connections, schema, leases, triggers.
enum LedgerFile {
    static func open(_ path: String) throws -> DatabasePool {
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { database in
                // The pool has just set NORMAL, under which a power failure may take answered commits back.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try LedgerSchema.migrate(database, path: path)
                try SQLiteRows(database: database).voidLeases()
            }
            guard try pool.writeWithoutTransaction({ try synchronous($0) }) == 2 else {
                throw LedgerOpenError.unusable(path: path, reason: "SQLite does not take synchronous = FULL")
            }
            return pool
        } catch let error as DatabaseError {
            throw LedgerOpenError.unusable(path: path, reason: LedgerError(storage: error).description)
        }
    }

    /// Brings the log's content into the file, so that a closed ledger is one file. The pool closes its writer first, and
    /// its readers can't do it. What fails here is done at the next opening.
    static func settle(_ database: Database) { try? database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }

    static func checkpointer(_ path: String, logger: Logger) throws -> Checkpointer {
        do {
            return try Checkpointer(path: path, logger: logger)
        } catch let error as DatabaseError {
            throw LedgerOpenError.unusable(path: path, reason: LedgerError(storage: error).description)
        }
    }

    static func synchronous(_ database: Database) throws -> Int? {
        try Int.fetchOne(database, sql: "PRAGMA synchronous")
    }

    /// A declaration that can't be read leaves its pipeline without triggers and the others as they are.
    static func triggers(_ pool: DatabasePool, logger: Logger) async throws -> TriggerIndex {
        let (declarations, problems) = try await pool.read { database in
            try LedgerReader(database: database).declarationsInForce()
        }
        for problem in problems {
            logger.error("a pipeline cannot be started by events", metadata: ["reason": "\(problem)"])
        }
        return TriggerIndex(declarations)
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            // WAL files keep the size of their largest burst otherwise.
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
            // What SQLite sorts or keeps aside is wanted for a moment only, and never after a crash.
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            // The checkpointer moves the log into the file; this is for load that never pauses, and for its failure.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        }
        return configuration
    }
}
