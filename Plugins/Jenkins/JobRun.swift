import Foundation
import PipelineModel
import PluginKit

/// One look at one forwarded action: starts its build, or sees how it stands.
struct JobRun {
    let job: ActionJob
    let category: ActionCategory
    let path: JobPath
    let server: JenkinsServer
    let api: JenkinsAPI
    let host: any ActionHost
    let records: ActionRecords<JobRecord>
    var progress: JobProgress

    init(
        _ job: ActionJob, of category: ActionCategory, server: JenkinsServer, on host: any ActionHost
    ) throws(FailureDetails) {
        self.job = job
        self.category = category
        self.server = server
        self.host = host
        path = try JobPath(job.configuration["ProjectName"] ?? "")
        api = try JenkinsAPI(server: server, http: host.http)
        records = try ActionRecords(host)
        if let secret = api.credential?.secret { host.log.mask(secret) }
        progress =
            try job.continuationToken.map { token throws(FailureDetails) in try JobProgress(token: token) }
            ?? JobProgress()
    }

    var search: BuildSearch { BuildSearch(api: api, path: path, action: job.id) }

    /// Never fails because Jenkins is away: the action's own time-out ends that.
    mutating func outcome() async -> ActionOutcome {
        if let refusal = forkRefusal { return .failed(refusal) }
        if let held = server.circuit.pause() {
            return waiting(max(held.wait, .seconds(1)), "\(server.base) is away: \(held.reason)")
        }
        do throws(JenkinsFault) {
            let outcome = try await step()
            switch outcome {
            case .pending: return outcome
            case .succeeded, .failed:
                records.forget(job.id)
                return outcome
            }
        } catch {
            return outcome(of: error)
        }
    }

    /// What a stranger may have written starts nothing on a server that isn't declared fit for it. A build that runs
    /// already is followed to its end.
    private var forkRefusal: FailureDetails? {
        guard job.isUntrusted, server.forks == .refused, progress.queue == nil, progress.build == nil,
            records[job.id] == nil
        else { return nil }
        return ForkAdmission.refusal(
            of: "the Jenkins at \(server.base)", setting: "modules.Jenkins.servers.\(server.provider).forks")
    }

    private mutating func outcome(of fault: JenkinsFault) -> ActionOutcome {
        switch fault {
        case .cancelled: return waiting(.seconds(server.poll), "interrupted")
        case .distrusted(let reason) where records[job.id] == nil:
            return failed(.configurationError, reason)
        case .away(let reason), .distrusted(let reason):
            if (progress.failures ?? 0) == 0 { host.log.line("[Penstock] Jenkins can't be asked: \(reason)") }
            progress.failures = (progress.failures ?? 0) + 1
            return waiting(pause(after: progress.failures), reason)
        case .refused(let failure):
            // Nothing of ours runs there, or nobody can look at it any more: a stop would be refused just the same.
            records.forget(job.id)
            return .failed(failure)
        }
    }

    private mutating func step() async throws(JenkinsFault) -> ActionOutcome {
        if progress.queue == nil, progress.build == nil, let outcome = try await start() { return outcome }
        if progress.build == nil, let outcome = try await waitForBuild() { return outcome }
        return try await follow()
    }

    // MARK: What it comes to

    /// Jenkins has answered all that it was asked.
    mutating func pending(in pause: Duration, _ summary: String, percent: Int? = nil) -> ActionOutcome {
        progress.failures = nil
        return waiting(pause, summary, percent: percent)
    }

    private func waiting(_ pause: Duration, _ summary: String, percent: Int? = nil) -> ActionOutcome {
        .pending(token: progress.token, pollAgain: pause, progress: shown(summary, percent: percent))
    }

    func failed(_ kind: FailureDetails.Kind, _ message: String, result: String? = nil) -> ActionOutcome {
        .failed(
            FailureDetails(
                kind, message, externalExecutionID: progress.build.map(String.init),
                externalExecutionURL: buildURL, externalExecutionSummary: result))
    }

    /// What was there is gone. A restart may hide it for a while: it is looked for again before the action fails.
    mutating func missed(_ what: String) -> ActionOutcome {
        progress.misses = (progress.misses ?? 0) + 1
        guard let misses = progress.misses, misses >= 3 else {
            return pending(in: pause(after: progress.misses), what)
        }
        return failed(.jobFailed, "\(what). It was looked for \(misses) times. Retry the stage to start it anew.")
    }

    func shown(_ summary: String, percent: Int? = nil) -> ActionProgress {
        ActionProgress(
            externalExecutionID: progress.build.map(String.init), externalExecutionURL: buildURL,
            summary: String(summary.prefix(1000)), percentComplete: percent)
    }

    /// On the configured base, whatever Jenkins takes for its own address.
    var buildURL: String? { progress.build.map { "\(server.base)\(path.path)/\($0)/" } }

    /// Written before each step that a stop must know of.
    func keepRecord() throws(JenkinsFault) {
        do throws(FailureDetails) {
            try records.keep(
                JobRecord(
                    provider: server.provider, category: category.rawValue, job: path.name, progress: progress),
                of: job.id)
        } catch { throw .refused(error) }
    }

    private func pause(after failures: Int?) -> Duration {
        .seconds(max(server.poll, min(60, server.poll << min(failures ?? 0, 5))))
    }
}
