import Dispatch
import GRDB
import Logging
import Synchronization

/// Moves the write-ahead log into the database's file, on a connection and a thread of its own.
///
/// SQLite would do it inside a commit, with all callers waiting for two more flushes of the disk. A passive checkpoint
/// beside the writer holds nobody up; what it can't move yet is moved by a later one, and the writer's own automatic
/// checkpoint keeps the log from growing for ever under load that never pauses.
final class Checkpointer: Sendable {
    private let database: DatabaseQueue
    private let thread = DispatchQueue(label: "penstock.ledger.checkpoint")
    private let isAsked = Atomic(false)
    private let logger: Logger

    init(path: String, logger: Logger) throws {
        var configuration = Configuration()
        configuration.label = "checkpoint"
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        database = try DatabaseQueue(path: path, configuration: configuration)
        self.logger = logger
    }

    /// Asks for a checkpoint. Asking again before it has begun changes nothing.
    func ask() {
        guard !isAsked.exchange(true, ordering: .acquiringAndReleasing) else { return }
        thread.async { [self] in
            isAsked.store(false, ordering: .releasing)
            do {
                _ = try database.writeWithoutTransaction { try $0.checkpoint(.passive) }
            } catch DatabaseError.SQLITE_BUSY {
                // Another checkpoint runs at this moment.
            } catch {
                logger.warning("the ledger's log could not be moved into its file", metadata: ["reason": "\(error)"])
            }
        }
    }

    /// Waits for a running checkpoint and lets go of the file.
    func close() throws {
        thread.sync {}
        try database.close()
    }
}
