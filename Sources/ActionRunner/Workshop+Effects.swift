import Logging
import PipelineEngine
import PipelineModel
import PluginKit

extension Workshop {
    func perform(_ claimed: ClaimedEffect) async {
        let effect = claimed.effect
        switch effect.kind {
        case .timer(let command):
            await report(claimed.id, command, on: effect.pipeline)
        case .cancelAction, .cancelRule:
            running.cancel(effect.subject.id)
            await report(claimed.id, nil, on: effect.pipeline)
        case .runAction(let work):
            await slots.take()
            await run(work, claimed: claimed)
            slots.giveBack()
            running.forget(effect.subject.id)
        case .runRule, .askChangedPaths, .notify:
            await handBack(claimed.id)
        }
    }

    private func run(_ work: ActionWork, claimed: ClaimedEffect) async {
        let pipeline = claimed.effect.pipeline
        let start = ContinuousClock.now
        guard let provider = providers[work.action.type] else {
            let failure = FailureDetails(
                .configurationError, "No module of this gateway provides the action type \(work.action.type).")
            return await report(claimed.id, .actionFailed(ActionReference(work.action), failure), on: pipeline)
        }
        let outcome = await running.run(SubjectID(work.action.id)) {
            await execute(work, by: provider, in: pipeline, attempt: claimed.attempt)
        }
        guard case .finished(let command?) = outcome else {
            observe(.cancelled, work.action.type, since: start)
            return await handBack(claimed.id)
        }
        observe(JobObservation.Result(of: command), work.action.type, since: start)
        await report(claimed.id, command, on: pipeline)
    }

    private func execute(
        _ work: ActionWork, by provider: any ActionProvider, in pipeline: PipelineName, attempt: Int
    ) async -> PipelineCommand? {
        let log = logs.log(of: work.action, in: pipeline)
        defer { log.close() }
        if attempt > 1 {
            log.line("[Penstock] An earlier run of this job was interrupted; it begins again (run \(attempt)).")
        }
        return await JobExecution(
            work: work, pipeline: pipeline, provider: provider, host: host, vault: vault, log: log,
            settings: settings
        ).run()
    }

    /// Commits the report. A finished action's work is not thrown away for a storage hiccup: it is tried until the
    /// ledger takes it or is closed; in the worst case the lease lapses and the job runs again under the same id.
    private func report(_ effect: EffectID, _ command: PipelineCommand?, on pipeline: PipelineName) async {
        var pause = Duration.milliseconds(50)
        while true {
            do {
                _ = try await ledger.finish(effect, reporting: command, on: pipeline)
                return
            } catch let refusal as CommandRefusal {
                logger.warning("a report was refused", metadata: ["pipeline": "\(pipeline)", "reason": "\(refusal)"])
                if command == nil { return }
                return await report(effect, nil, on: pipeline)
            } catch LedgerError.closed {
                return
            } catch {
                logger.error(
                    "a report could not be committed", metadata: ["pipeline": "\(pipeline)", "reason": "\(error)"])
            }
            guard !givenUp.isSet else { return }
            do { try await Task.sleep(for: pause) } catch { return }
            pause = min(pause * 2, .seconds(5))
        }
    }

    private func handBack(_ effect: EffectID) async {
        do {
            try await ledger.release([effect], worker: worker)
        } catch {
            logger.warning("an effect could not be handed back; its lease will lapse", metadata: ["reason": "\(error)"])
        }
    }

    private func observe(_ result: JobObservation.Result, _ type: ActionTypeID, since start: ContinuousClock.Instant) {
        observer(
            JobObservation(provider: type.provider, result: result, seconds: (ContinuousClock.now - start).inSeconds))
    }
}

extension Effect.Kind {
    /// Work that is under way for a while and can be ended.
    var isJob: Bool {
        switch self {
        case .runAction, .runRule: true
        case .cancelAction, .cancelRule, .askChangedPaths, .notify, .timer: false
        }
    }
}

extension JobObservation.Result {
    init(of command: PipelineCommand) {
        switch command {
        case .actionSucceeded: self = .succeeded
        case .actionPending: self = .pending
        default: self = .failed
        }
    }
}
