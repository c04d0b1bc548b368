import PipelineEngine
import PipelineModel

/// What the operations of job workers share.
extension CodePipelineService {
    /// Asks the board; its failures become 503 or 500.
    func board<Answer: Sendable>(
        _ question: @Sendable (any JobBoard) async throws -> Answer
    ) async throws(APIError) -> Answer {
        do {
            return try await question(jobs)
        } catch {
            throw .infrastructure(error)
        }
    }

    /// A job as its worker sees it; the only place where secrets become text.
    func data(of job: Job, in context: CallContext) throws(APIError) -> JobDataView {
        guard let work = job.work else { throw .jobNotFound(job.id) }
        var configuration: [String: String] = [:]
        for (key, value) in work.action.resolvedConfiguration { configuration[key] = try opened(value, key, of: job) }
        var buckets: [BucketName] = []
        for artifact in work.action.outputArtifacts + work.action.inputArtifacts
        where !buckets.contains(artifact.bucket) { buckets.append(artifact.bucket) }
        let key = buckets.isEmpty ? nil : workers.key(to: buckets, for: job.id.rawValue)
        return JobDataView(work, of: job.pipeline, configuration: configuration, key: key, in: context)
    }

    private func opened(_ value: ConfigurationValue, _ key: String, of job: Job) throws(APIError) -> String {
        switch value {
        case .plain(let text): return text
        case .sealed(let secret):
            do {
                return try vault.open(secret)
            } catch {
                throw .internalFailure("the secret '\(key)' of job \(job.id) can't be opened: \(error)")
            }
        }
    }

    /// Gives a worker's word to the board.
    ///
    /// - Throws: `JobNotFoundException`, `InvalidJobStateException`.
    func report(_ outcome: JobOutcome, of job: JobID) async throws(APIError) {
        switch try await board({ try await $0.report(outcome, of: job) }) {
        case .taken: return
        case .notFound: throw .jobNotFound(job)
        case .invalidState(let status): throw .invalidState(status, of: job)
        case .invalidNonce: throw .internalFailure("a report of job \(job) was refused for a nonce that it hasn't")
        }
    }

    /// The work of a job that a worker reports on.
    ///
    /// - Throws: `JobNotFoundException`, `InvalidJobStateException` when it isn't acknowledged or has ended.
    func workInProgress(of id: JobID) async throws(APIError) -> ActionWork {
        guard let job = try await board({ try await $0.job(id) }) else { throw .jobNotFound(id) }
        guard job.status == .inProgress, let work = job.work else { throw .invalidState(job.status, of: id) }
        return work
    }
}

extension APIError {
    static func jobNotFound(_ id: JobID) -> APIError {
        APIError("JobNotFoundException", "There is no job with ID '\(id)' that is still to be done")
    }

    static func invalidNonce(_ id: JobID) -> APIError {
        APIError(
            "InvalidNonceException",
            "The nonce is not that of job '\(id)': another worker has it, or it was acknowledged too late")
    }

    static func invalidState(_ status: JobStatus, of id: JobID) -> APIError {
        let reason =
            status.isTerminal
            ? "a result was given before, or its action was stopped or timed out" : "acknowledge it first"
        return APIError(
            "InvalidJobStateException", "The job '\(id)' takes no result in the state \(status.rawValue): \(reason)")
    }

    static func actionTypeNotFound(_ id: ActionTypeID) -> APIError {
        APIError(
            "ActionTypeNotFoundException",
            "There is no action type (Category: '\(id.category.rawValue)', Provider: '\(id.provider)', Owner: "
                + "'\(id.owner.rawValue)', Version: '\(id.version)')")
    }
}
