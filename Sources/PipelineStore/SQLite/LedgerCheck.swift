package import Foundation
import GRDB

/// Looks at a ledger's file without opening it for work: for `penstock doctor`, also beside a running gateway.
package enum LedgerCheck {
    /// - Returns: one line about what is there.
    /// - Throws: ``LedgerOpenError`` when the file is damaged or of another version.
    package static func run(_ folder: URL) throws -> String {
        let path = folder.appending(path: "ledger.sqlite").path
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        return try queue.read { database in
            let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
            guard verdict == "ok" else { throw LedgerOpenError.unusable(path: path, reason: verdict) }
            let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            let pipelines = try Int.fetchOne(database, sql: "SELECT count(*) FROM pipelines") ?? 0
            let executions = try Int.fetchOne(database, sql: "SELECT count(*) FROM executions") ?? 0
            return "schema \(version), \(pipelines) pipelines, \(executions) executions, structure intact"
        }
    }
}
