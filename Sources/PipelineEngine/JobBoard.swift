/// Where job workers find the work of actions that no module of this gateway does.
///
/// An action's work begins as an effect, as all work does. The workshop, having no provider for it, offers it: the
/// effect becomes a job (queued), a poll gives it out under a nonce (dispatched), the worker acknowledges it (in
/// progress) and reports. Every step is one transaction with what follows from it for the pipeline. A job that isn't
/// acknowledged in time is given out again under a new nonce; an acknowledged one lives until its action ends. When
/// that ends otherwise (given up, timed out), its jobs end with it.
package protocol JobBoard: Sendable {
    /// Turns an action's effect into a job.
    ///
    /// - Returns: `nil` when the effect is gone: cancelled, or offered before.
    /// - Throws: ``LedgerError``, as all of these.
    func offer(_ claimed: ClaimedEffect) async throws -> JobID?

    /// Gives out jobs that wait, the longest waiting first, each under a new nonce. Cheap when none waits.
    func poll(_ query: JobQuery, limit: Int) async throws -> [Job]

    /// May come twice: who has the job's nonce has the job. An ended job answers how it ended.
    func acknowledge(_ job: JobID, nonce: String) async throws -> JobAnswer

    func job(_ id: JobID) async throws -> Job?

    /// Takes what the worker says, once. Outputs are looked at afterwards, by an effect.
    func report(_ outcome: JobOutcome, of job: JobID) async throws -> JobAnswer
}
