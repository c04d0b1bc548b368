import GRDB

/// The numbered shapes of the ledger's tables. A number that was released never changes; a new shape is a new number.
///
/// `PRAGMA user_version` holds the number of a file. Blobs named `record`, `state`, `declaration`, `headers`,
/// `decisions` and the bodies of events and effects are JSON.
enum LedgerSchema {
    static let migrations = [version1, version2, version3]
    static var current: Int { migrations.count }

    /// Brings the tables to the current shape, each step in a transaction of its own.
    ///
    /// - Throws: ``LedgerOpenError/newer(path:found:known:)`` when the file was written by a later version.
    static func migrate(_ database: Database, path: String) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found <= current else { throw LedgerOpenError.newer(path: path, found: found, known: current) }
        for number in found..<current {
            try database.inTransaction(.immediate) {
                try database.execute(sql: migrations[number])
                try database.execute(sql: "PRAGMA user_version = \(number + 1)")
                return .commit
            }
        }
    }

    /// What was made by API calls beside pipelines; and the tables of each room that came with Git hosts and job workers.
    private static let version3 = registry + deferredDeliveries + knownRefs + jobs

    private static let registry = """
        CREATE TABLE registry (
            kind TEXT NOT NULL, name TEXT NOT NULL, updated REAL NOT NULL, record BLOB NOT NULL,
            PRIMARY KEY (kind, name)
        ) WITHOUT ROWID;
        """

    /// Executions of rules, as attempts of actions have them. What a stage's latest successes are and which delivery
    /// started an execution is found without looking through the history. A pipeline's state no longer holds the records
    /// of its executions, which have rows of their own: `executions` names them (NULL: written by schema 1).
    private static let version2 = """
        CREATE TABLE rule_executions (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, pipeline TEXT NOT NULL,
            execution TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE, record BLOB NOT NULL
        );
        CREATE INDEX rule_executions_by_pipeline ON rule_executions (pipeline);
        CREATE INDEX rule_executions_by_execution ON rule_executions (execution);
        ALTER TABLE pipelines ADD COLUMN executions BLOB;
        CREATE TABLE stage_successes (
            pipeline TEXT NOT NULL, stage TEXT NOT NULL, version INTEGER NOT NULL, number INTEGER NOT NULL,
            PRIMARY KEY (pipeline, stage, version, number)
        ) WITHOUT ROWID;
        INSERT OR IGNORE INTO stage_successes
            SELECT pipeline, json_extract(stage.value, '$.name'),
                json_extract(CAST(record AS TEXT), '$.pipelineVersion'), number
            FROM executions, json_each(CAST(record AS TEXT), '$.stages') AS stage
            WHERE json_extract(stage.value, '$.status') = 'Succeeded';
        ALTER TABLE executions ADD COLUMN delivery INTEGER;
        UPDATE executions SET delivery = start.delivery FROM (
            SELECT json_extract(decision.value, '$.started') AS execution, min(sequence) AS delivery
            FROM deliveries, json_each(CAST(decisions AS TEXT)) AS decision
            WHERE outcome = 'accepted' GROUP BY execution
        ) AS start WHERE executions.id = start.execution;
        """

    /// Each event is in one index only: in that of its execution, or in that of its pipeline when it is about none.
    /// Tallies are kept by triggers, so that counting a million rows costs nothing.
    private static let version1 = """
        CREATE TABLE pipelines (
            name TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, created REAL NOT NULL, updated REAL NOT NULL,
            state BLOB NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE pipeline_versions (
            pipeline TEXT NOT NULL REFERENCES pipelines (name) ON DELETE CASCADE, version INTEGER NOT NULL,
            declaration BLOB NOT NULL, PRIMARY KEY (pipeline, version)
        ) WITHOUT ROWID;
        CREATE TABLE executions (
            id TEXT NOT NULL PRIMARY KEY, pipeline TEXT NOT NULL REFERENCES pipelines (name) ON DELETE CASCADE,
            number INTEGER NOT NULL, status TEXT NOT NULL, record BLOB NOT NULL
        );
        CREATE UNIQUE INDEX executions_by_number ON executions (pipeline, number);
        CREATE TABLE action_executions (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, pipeline TEXT NOT NULL,
            execution TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE, record BLOB NOT NULL
        );
        CREATE INDEX action_executions_by_pipeline ON action_executions (pipeline);
        CREATE INDEX action_executions_by_execution ON action_executions (execution);
        CREATE TABLE events (
            sequence INTEGER PRIMARY KEY, pipeline TEXT NOT NULL, execution TEXT, action_execution TEXT,
            at REAL NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL
        );
        CREATE INDEX events_by_execution ON events (execution) WHERE execution IS NOT NULL;
        CREATE INDEX events_by_pipeline ON events (pipeline) WHERE execution IS NULL;
        CREATE TABLE effects (
            id INTEGER PRIMARY KEY AUTOINCREMENT, pipeline TEXT NOT NULL, subject TEXT NOT NULL, kind TEXT NOT NULL,
            due_at REAL NOT NULL, worker TEXT, lease_until REAL NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0, body BLOB NOT NULL
        );
        CREATE INDEX effects_by_due ON effects (due_at);
        CREATE INDEX effects_by_subject ON effects (subject);
        CREATE TABLE deliveries (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, hook TEXT NOT NULL, hook_name TEXT NOT NULL,
            provider TEXT NOT NULL, delivery_id TEXT NOT NULL, event TEXT NOT NULL, received_at REAL NOT NULL,
            headers BLOB NOT NULL, body_size INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT,
            decisions BLOB NOT NULL, replay_of INTEGER, body BLOB NOT NULL
        );
        CREATE UNIQUE INDEX deliveries_taken ON deliveries (hook, delivery_id)
            WHERE outcome IN ('accepted', 'ignored') AND replay_of IS NULL;
        CREATE TABLE tallies (name TEXT NOT NULL PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TRIGGER executions_inserted AFTER INSERT ON executions BEGIN
            INSERT INTO tallies VALUES ('executions ' || new.status, 1)
                ON CONFLICT (name) DO UPDATE SET count = count + 1;
        END;
        CREATE TRIGGER executions_changed AFTER UPDATE OF status ON executions WHEN old.status <> new.status BEGIN
            UPDATE tallies SET count = count - 1 WHERE name = 'executions ' || old.status;
            INSERT INTO tallies VALUES ('executions ' || new.status, 1)
                ON CONFLICT (name) DO UPDATE SET count = count + 1;
        END;
        CREATE TRIGGER executions_deleted AFTER DELETE ON executions BEGIN
            UPDATE tallies SET count = count - 1 WHERE name = 'executions ' || old.status;
        END;
        CREATE TRIGGER deliveries_inserted AFTER INSERT ON deliveries BEGIN
            INSERT INTO tallies VALUES ('deliveries', 1) ON CONFLICT (name) DO UPDATE SET count = count + 1;
        END;
        CREATE TRIGGER deliveries_deleted AFTER DELETE ON deliveries BEGIN
            UPDATE tallies SET count = count - 1 WHERE name = 'deliveries';
        END;
        """
}
