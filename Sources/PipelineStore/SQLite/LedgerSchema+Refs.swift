extension LedgerSchema {
    /// Where refs pointed at the last look, and what deliveries have told of them since; until when hosts' logs of
    /// deliveries had been read.
    static let knownRefs = """
        CREATE TABLE watched_repositories (
            connection TEXT NOT NULL, repository TEXT NOT NULL, looked_at REAL, PRIMARY KEY (connection, repository)
        ) WITHOUT ROWID;
        CREATE TABLE known_refs (
            connection TEXT NOT NULL, repository TEXT NOT NULL, ref TEXT NOT NULL, commit_id TEXT,
            told TEXT NOT NULL DEFAULT '', seen_by INTEGER, PRIMARY KEY (connection, repository, ref),
            FOREIGN KEY (connection, repository) REFERENCES watched_repositories ON DELETE CASCADE
        ) WITHOUT ROWID;
        CREATE TABLE log_reads (
            hook TEXT NOT NULL, repository TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (hook, repository)
        ) WITHOUT ROWID;
        """
}
