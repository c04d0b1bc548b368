import PipelineEngine
import PipelineModel

/// The rows of jobs that workers outside do.
protocol JobRows {
    mutating func insert(_ job: Job, of work: ActionWork) throws
    func job(_ id: JobID) throws -> Job?
    /// Those that a worker may have now, the longest waiting first.
    func waitingJobs(_ query: JobQuery, at now: Double, limit: Int) throws -> [Job]
    /// Writes status, nonce and lapse over what is there; an ended job's work is forgotten.
    mutating func update(_ job: Job) throws
    /// The attempt has ended: so have those of its jobs that had not.
    mutating func endJobs(of subject: SubjectID, as status: JobStatus) throws
}
