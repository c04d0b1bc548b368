import PipelineEngine
import PipelineModel

/// Job workers: they live outside, so they remember what they were told whatever happens to the process.
extension SimulationWorld {
    /// What the sketches' sources are of, when they aren't bound to a repository.
    private static var boardType: ActionTypeID { ActionTypeID(category: .source, owner: .custom, provider: "Inbox") }

    /// The workshop offers an action in place of running it, where it is of the workers' type.
    mutating func offer(_ step: SimulationStep) throws {
        let worker = step.pick % workers.count
        let isOffer = { (claimed: ClaimedEffect) in
            guard case .runAction(let work) = claimed.effect.kind else { return false }
            return work.action.type == Self.boardType
        }
        guard let place = workers[worker].held.firstIndex(where: isOffer) else { return }
        let claimed = workers[worker].held.remove(at: place)
        batch.touch(claimed.effect.pipeline, nil)
        _ = try ledger.offer(claimed)
    }

    /// One call of a worker: it asks for jobs, or acknowledges one that it was given, or reports on it.
    mutating func workOutside(_ step: SimulationStep) throws {
        guard step.choice > 0, !memory.jobs.isEmpty else { return try poll(limit: 1 + step.pick) }
        let place = step.pick % memory.jobs.count
        let job = memory.jobs[place]
        guard try acknowledge(job) else {
            memory.jobs.remove(at: place)
            return
        }
        switch step.choice {
        case 1: return
        case 2: try report(job, as: .done)
        case 3: try report(job, as: .broken)
        case 4: try report(job, as: .pending)
        // The worker forgets that it has reported, and does it again.
        default: return try report(job, as: .done)
        }
        memory.jobs.remove(at: place)
    }

    /// Workers take all that waits and do it well.
    mutating func workWellOutside() throws {
        try poll(limit: .max)
        for job in memory.jobs where try acknowledge(job) { try report(job, as: .done) }
        memory.jobs = []
    }

    private mutating func poll(limit: Int) throws {
        let jobs = try ledger.poll(JobQuery(type: Self.boardType), limit: limit)
        for job in jobs { batch.touch(job.pipeline, nil) }
        memory.jobs += jobs
    }

    /// - Returns: whether it is this worker's.
    private mutating func acknowledge(_ job: Job) throws -> Bool {
        try ledger.acknowledge(job.id, nonce: job.nonce ?? "") == .taken(.inProgress)
    }

    private mutating func report(_ job: Job, as act: SimulationStep.Act) throws {
        guard let work = job.work else { return }
        let effect = Effect(
            kind: .runAction(work), pipeline: job.pipeline, subject: .action(ActionReference(work.action)), dueAt: 0)
        let command = Self.report(on: effect, as: act)
        batch.touch(job.pipeline, command)
        let outcome: JobOutcome
        switch command {
        case .actionPending(_, let continuation)?: outcome = .continues(continuation)
        case .actionFailed(_, let failure)?: outcome = .failed(failure)
        case .actionSucceeded(_, let result)?: outcome = .succeeded(result)
        default: return
        }
        if case .taken = try ledger.report(outcome, of: job.id) { memory.jobReports += 1 }
    }
}
