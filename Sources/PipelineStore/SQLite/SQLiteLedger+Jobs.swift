import Foundation
package import PipelineEngine

extension SQLiteLedger: JobBoard {
    package func offer(_ claimed: ClaimedEffect) async throws -> JobID? {
        try await write { session in try session.offer(claimed) }
    }

    /// Most polls find nothing: those cost no commit.
    package func poll(_ query: JobQuery, limit: Int) async throws -> [Job] {
        let now = clock()
        let isAnyWaiting = try await read { reader in
            try !JobReader(database: reader.database, coding: RecordCoding()).waiting(query, at: now, limit: 1).isEmpty
        }
        guard isAnyWaiting else { return [] }
        return try await write { session in try session.dispatch(query, limit: limit) }
    }

    package func acknowledge(_ job: JobID, nonce: String) async throws -> JobAnswer {
        try await write { session in try session.acknowledge(job, nonce: nonce) }
    }

    package func job(_ id: JobID) async throws -> Job? {
        try await read { try JobReader(database: $0.database, coding: RecordCoding()).job(id) }
    }

    package func report(_ outcome: JobOutcome, of job: JobID) async throws -> JobAnswer {
        try await write { session in try session.report(outcome, of: job) }
    }
}
