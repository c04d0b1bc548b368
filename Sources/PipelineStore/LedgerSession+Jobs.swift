import PipelineEngine
import PipelineModel

/// The rules of the job board, the same for every kind of storage.
extension LedgerSession {
    mutating func offer(_ claimed: ClaimedEffect) throws -> JobID? {
        guard case .runAction(let work) = claimed.effect.kind, try rows.removeEffect(claimed.id) else { return nil }
        var ids = terms.ids()
        let job = Job(id: JobID(ids.uuid()), pipeline: claimed.effect.pipeline, work: work)
        try rows.insert(job, of: work)
        return job.id
    }

    /// The nonce of an earlier, lapsed dispatch is worth nothing any more.
    mutating func dispatch(_ query: JobQuery, limit: Int) throws -> [Job] {
        let now = terms.clock()
        var ids = terms.ids()
        return try rows.waitingJobs(query, at: now, limit: limit).map { waiting in
            var job = waiting
            job.status = .dispatched
            job.nonce = ids.alphanumerics(24)
            job.lapsesAt = now + terms.settings.acknowledgementTimeout
            try rows.update(job)
            return job
        }
    }

    mutating func acknowledge(_ id: JobID, nonce: String) throws -> JobAnswer {
        guard var job = try rows.job(id) else { return .notFound }
        if job.status.isTerminal { return .taken(job.status) }
        guard job.nonce == nonce, !job.isWaiting(at: terms.clock()) else { return .invalidNonce }
        if job.status == .dispatched {
            job.status = .inProgress
            job.lapsesAt = nil
            try rows.update(job)
        }
        return .taken(.inProgress)
    }

    mutating func report(_ outcome: JobOutcome, of id: JobID) throws -> JobAnswer {
        guard var job = try rows.job(id) else { return .notFound }
        guard job.status == .inProgress, let work = job.work else { return .invalidState(job.status) }
        let reference = ActionReference(work.action)
        guard let attempt = try currentState(of: job.pipeline)?.actionExecution(reference),
            attempt.status == .inProgress
        else { return .invalidState(.failed) }
        job.status = outcome.status
        try rows.update(job)
        switch outcome {
        case .failed(let failure): _ = try perform(.actionFailed(reference, failure), on: job.pipeline)
        case .continues(let continuation):
            _ = try perform(.actionPending(reference, continuation), on: job.pipeline)
        case .succeeded(let result) where attempt.outputArtifacts.isEmpty:
            _ = try perform(.actionSucceeded(reference, result), on: job.pipeline)
        case .succeeded(let result):
            try schedule(
                Effect(
                    kind: .collectOutputs(ReportedWork(action: attempt, result: result)), pipeline: job.pipeline,
                    subject: .action(reference), dueAt: terms.clock()))
        }
        return .taken(job.status)
    }
}

extension JobOutcome {
    fileprivate var status: JobStatus {
        switch self {
        case .succeeded, .continues: .succeeded
        case .failed: .failed
        }
    }
}

extension Decision {
    /// How jobs of an attempt end that ends by this.
    func jobEnd(of subject: SubjectID) -> JobStatus {
        let isLate = events.contains { event in
            guard case .actionFailed(let reference, let failure) = event else { return false }
            return SubjectID(reference.id) == subject && failure.type == .actionTimedOut
        }
        return isLate ? .timedOut : .failed
    }
}
