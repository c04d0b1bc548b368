import Logging
import PipelineEngine
import PipelineModel
import PluginKit

/// Actions that job workers do: offering them, and looking at what they have stored.
extension Workshop {
    /// An action of a custom type that no module of this gateway provides becomes a job. Takes no job's place.
    func offer(_ work: ActionWork, claimed: ClaimedEffect) async {
        let pipeline = claimed.effect.pipeline
        do {
            guard let jobs, try await isKnown(work.action.type) else {
                return await report(
                    claimed.id, .actionFailed(ActionReference(work.action), unknown(work)), on: pipeline)
            }
            if let refusal = ForkRule.refusal(ofOffering: work, settings.workerForks) {
                note(refusal.message, work, of: pipeline)
                return await report(claimed.id, .actionFailed(ActionReference(work.action), refusal), on: pipeline)
            }
            if let job = try await jobs.offer(claimed) { note(offered(as: job, work), work, of: pipeline) }
        } catch {
            logger.error(
                "an action could not be offered to job workers; it is tried again",
                metadata: ["pipeline": "\(pipeline)", "action": "\(work.action.action)", "reason": "\(error)"])
            // A storage that fails fails the next moment too.
            try? await Task.sleep(for: .seconds(settings.pollInterval))
            await handBack(claimed.id)
        }
    }

    private func isKnown(_ type: ActionTypeID) async throws -> Bool {
        try await jobs?.customActionTypes().contains { $0.id == type && !$0.isDeleted } ?? false
    }

    private func unknown(_ work: ActionWork) -> FailureDetails {
        FailureDetails(
            .configurationError,
            "No module of this gateway provides the action type \(work.action.type), and there is no custom action type "
                + "of that name for job workers: make it with CreateCustomActionType, or change the action.")
    }

    private func offered(as job: JobID, _ work: ActionWork) -> String {
        let again = work.continuationToken == nil ? "" : " again, with the last worker's continuation token"
        return "Offered\(again) to job workers of \(work.action.type) as job \(job)."
    }

    private func note(_ text: String, _ work: ActionWork, of pipeline: PipelineName) {
        let log = logs.log(of: LogSubject(work.action), in: pipeline)
        defer { log.close() }
        log.line("[Penstock] \(text)")
    }

    /// Reads what a worker has stored, once, for the facts that later readers check.
    func collect(_ work: ReportedWork, claimed: ClaimedEffect) async {
        await run(claimed, for: work.action.type.provider, LogSubject(work.action)) { bench in
            await OutputCollection(work: work, bench: bench).run()
        }
    }
}
