import PipelineEngine
import PipelineModel
import PluginKit

/// Jobs: what actions and rules have done by providers.
extension Workshop {
    func run(_ work: ActionWork, claimed: ClaimedEffect) async {
        let pipeline = claimed.effect.pipeline
        guard let provider = providers[work.action.type] else {
            let failure = FailureDetails(
                .configurationError, "No module of this gateway provides the action type \(work.action.type).")
            return await report(claimed.id, .actionFailed(ActionReference(work.action), failure), on: pipeline)
        }
        await run(claimed, for: work.action.type.provider, LogSubject(work.action)) { bench in
            await JobExecution(work: work, pipeline: pipeline, provider: provider, bench: bench).run()
        }
    }

    func judge(_ work: RuleWork, claimed: ClaimedEffect) async {
        let pipeline = claimed.effect.pipeline
        guard let provider = rules[work.rule.type] else {
            let failure = FailureDetails(
                .configurationError, "No module of this gateway provides the rule type \(work.rule.type).")
            return await report(claimed.id, .ruleFailed(RuleReference(work.rule), failure), on: pipeline)
        }
        await run(claimed, for: work.rule.type.provider, LogSubject(work.rule)) { bench in
            await RuleExecutionJob(work: work, pipeline: pipeline, provider: provider, bench: bench).run()
        }
    }

    /// Runs a job with its log until it ends or is cancelled, and reports it or hands it back.
    func run(
        _ claimed: ClaimedEffect, for provider: String, _ subject: LogSubject,
        _ job: @escaping @Sendable (Workbench) async -> PipelineCommand?
    ) async {
        let start = ContinuousClock.now
        let outcome = await running.run(claimed.effect.subject.id) {
            let log = logs.log(of: subject, in: claimed.effect.pipeline)
            defer { log.close() }
            if claimed.attempt > 1 {
                log.line(
                    "[Penstock] An earlier run of this job was interrupted; it begins again (run \(claimed.attempt)).")
            }
            return await job(Workbench(host: host, vault: vault, log: log, settings: settings))
        }
        guard case .finished(let command?) = outcome else {
            observe(.cancelled, provider, since: start)
            return await handBack(claimed.id)
        }
        observe(JobObservation.Result(of: command), provider, since: start)
        await report(claimed.id, command, on: claimed.effect.pipeline)
    }

    private func observe(_ result: JobObservation.Result, _ provider: String, since start: ContinuousClock.Instant) {
        observer(JobObservation(provider: provider, result: result, seconds: (ContinuousClock.now - start).inSeconds))
    }
}

extension JobObservation.Result {
    init(of command: PipelineCommand) {
        switch command {
        case .actionSucceeded, .ruleSucceeded: self = .succeeded
        case .actionPending, .rulePending: self = .pending
        default: self = .failed
        }
    }
}
