extension LedgerSchema {
    /// Deliveries that are looked into after their answer, and the starts of the last minutes by what had changed.
    static let deferredDeliveries = """
        ALTER TABLE deliveries ADD COLUMN origin TEXT;
        ALTER TABLE deliveries ADD COLUMN events BLOB;
        CREATE TABLE deferred_deliveries (
            delivery INTEGER NOT NULL PRIMARY KEY REFERENCES deliveries (sequence) ON DELETE CASCADE,
            due_at REAL NOT NULL, since REAL NOT NULL, attempts INTEGER NOT NULL, parked INTEGER NOT NULL, reason TEXT,
            only_pipeline TEXT
        );
        CREATE INDEX deferred_by_due ON deferred_deliveries (due_at) WHERE parked = 0;
        CREATE TABLE recent_starts (
            change TEXT NOT NULL PRIMARY KEY, at REAL NOT NULL, execution TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX recent_starts_by_time ON recent_starts (at);
        """
}
