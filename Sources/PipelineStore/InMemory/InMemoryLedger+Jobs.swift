package import PipelineEngine

extension InMemoryLedger: JobBoard {
    package func offer(_ claimed: ClaimedEffect) async throws -> JobID? {
        try write { session in try session.offer(claimed) }
    }

    package func poll(_ query: JobQuery, limit: Int) async throws -> [Job] {
        try write { session in try session.dispatch(query, limit: limit) }
    }

    package func acknowledge(_ job: JobID, nonce: String) async throws -> JobAnswer {
        try write { session in try session.acknowledge(job, nonce: nonce) }
    }

    package func job(_ id: JobID) async throws -> Job? { read { $0.job(id) } }

    package func report(_ outcome: JobOutcome, of job: JobID) async throws -> JobAnswer {
        try write { session in try session.report(outcome, of: job) }
    }
}
