import PipelineEngine
import PipelineModel

extension MemoryRows {
    mutating func insert(_ job: Job, of work: ActionWork) {
        jobs.append(MemoryJob(job: job, attempt: work.action.id, execution: work.action.executionID))
    }

    func job(_ id: JobID) -> Job? { jobs.first { $0.job.id == id }?.job }

    func waitingJobs(_ query: JobQuery, at now: Double, limit: Int) -> [Job] {
        let waiting = jobs.lazy.map(\.job).filter { job in
            job.isWaiting(at: now) && job.work.map(query.fits) ?? false
        }
        return Array(waiting.prefix(limit))
    }

    mutating func update(_ job: Job) {
        guard let place = jobs.firstIndex(where: { $0.job.id == job.id }) else { return }
        jobs[place].job = job
        if job.status.isTerminal { jobs[place].job.work = nil }
    }

    mutating func endJobs(of subject: SubjectID, as status: JobStatus) {
        for place in jobs.indices
        where SubjectID(jobs[place].attempt) == subject && !jobs[place].job.status.isTerminal {
            jobs[place].job.status = status
            jobs[place].job.work = nil
        }
    }
}
