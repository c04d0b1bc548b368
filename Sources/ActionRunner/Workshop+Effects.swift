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
        case .cancelAction:
            running.cancel(effect.subject.id)
            await endOutside(effect.subject.id, claimed: claimed)
        case .cancelRule:
            running.cancel(effect.subject.id)
            await report(claimed.id, nil, on: effect.pipeline)
        case .runAction(let work) where providers[work.action.type] == nil && work.action.type.owner == .custom:
            await offer(work, claimed: claimed)
            running.forget(effect.subject.id)
        case .runAction(let work):
            await slots.take()
            await run(work, claimed: claimed)
            slots.giveBack()
            running.forget(effect.subject.id)
        case .runRule(let work):
            await slots.take()
            await judge(work, claimed: claimed)
            slots.giveBack()
            running.forget(effect.subject.id)
        case .collectOutputs(let work):
            await slots.take()
            await collect(work, claimed: claimed)
            slots.giveBack()
            running.forget(effect.subject.id)
        case .askChangedPaths(let question):
            await questionSlots.take()
            await ask(question, claimed: claimed)
            questionSlots.giveBack()
            running.forget(effect.subject.id)
        case .reportStatus(let status, let connection):
            await show(status, on: connection, claimed: claimed)
            statusLanes.leave(claimed.id)
            running.forget(effect.subject.id)
        case .notify(let notice):
            await tell(notice, claimed: claimed)
            running.forget(effect.subject.id)
        }
    }

    /// Commits the report. A finished action's work is not thrown away for a storage hiccup: it is tried until the
    /// ledger takes it or is closed; in the worst case the lease lapses and the job runs again under the same id.
    func report(_ effect: EffectID, _ command: PipelineCommand?, on pipeline: PipelineName) async {
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

    func handBack(_ effect: EffectID) async {
        do {
            try await ledger.release([effect], worker: worker)
        } catch {
            logger.warning("an effect could not be handed back; its lease will lapse", metadata: ["reason": "\(error)"])
        }
    }
}

extension Effect.Kind {
    /// Work that takes one of the places for jobs and can be ended.
    var isJob: Bool {
        switch self {
        case .runAction, .runRule, .collectOutputs: true
        case .cancelAction, .cancelRule, .askChangedPaths, .reportStatus, .notify, .timer: false
        }
    }

    /// Asks or tells something outside; a shutdown cuts it short, it is done again afterwards.
    var isErrand: Bool {
        switch self {
        case .askChangedPaths, .reportStatus, .notify: true
        case .runAction, .runRule, .collectOutputs, .cancelAction, .cancelRule, .timer: false
        }
    }
}
