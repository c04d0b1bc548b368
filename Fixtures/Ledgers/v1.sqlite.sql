-- A ledger of schema 1: one pipeline, three executions (in Build, superseded, waiting), three deliveries.
BEGIN TRANSACTION;
COMMIT;
PRAGMA user_version = 0;
