extension LedgerSchema {
    /// What workers outside do. `configuration` holds the resolved values that aren't secret, for workers that ask for
    /// one of them; `body` is the work, until it has ended.
    static let jobs = """
        CREATE TABLE jobs (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, pipeline TEXT NOT NULL,
            execution TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE, subject TEXT NOT NULL,
            type TEXT NOT NULL, status TEXT NOT NULL, nonce TEXT, lapses_at REAL, configuration TEXT, body BLOB
        );
        CREATE INDEX jobs_waiting ON jobs (type, sequence) WHERE status IN ('Queued', 'Dispatched');
        CREATE INDEX jobs_alive ON jobs (subject) WHERE status IN ('Queued', 'Dispatched', 'InProgress');
        CREATE INDEX jobs_by_execution ON jobs (execution);
        """
}
