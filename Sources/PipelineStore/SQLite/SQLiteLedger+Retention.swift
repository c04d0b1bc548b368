package import PipelineEngine

extension SQLiteLedger {
    /// Each step is a write of its own, so others come in between. SQLite uses freed pages again: the file keeps its size.
    package func prune(_ policy: RetentionPolicy, at now: Double) async throws -> PruneReport {
        var progress = PruneProgress()
        do {
            while !progress.isOver {
                let former = progress
                progress = try await write { session in try session.prune(policy, at: now, from: former) }
            }
        } catch {
            // What is gone is gone: its logs and artifacts must go too.
            guard !progress.report.executions.isEmpty else { throw error }
        }
        return progress.report
    }
}
