import PipelineEngine
import PipelineModel
import PipelineStore

/// An event starts an execution with a source's revision once, however often it is delivered and its question answered;
/// a replay by hand starts one more, and so may another delivery that tells of a move to the same revision: it may have
/// happened again.
struct AnEventStartsOnce: Invariant {
    private var started: [PipelineName: [String: Int]] = [:]
    private var tellings: [String: Int] = [:]

    mutating func check(_ moment: Moment) -> String? {
        for name in moment.reborn { started[name] = nil }
        if moment.isCommitted { count(moment.batch.deliveries) }
        for (name, recorded) in moment.events {
            guard case .executionStarted(let execution) = recorded.event, execution.trigger.type == .webhook,
                execution.restarts == nil, execution.type == .standard
            else { continue }
            for revision in execution.sourceRevisionOverrides {
                let key = "\(revision.actionName)/\(revision.revisionValue)"
                let times = started[name, default: [:]][key, default: 0] + 1
                started[name]?[key] = times
                if times > max(1, tellings[revision.revisionValue, default: 0]) {
                    return "the revision \(key) has started \(name) \(times) times"
                }
            }
        }
        return nil
    }

    private mutating func count(_ deliveries: [RecordedDelivery]) {
        for recorded in deliveries where !recorded.receipt.isDuplicate {
            guard case .events(let events) = recorded.delivery.content else { continue }
            for commit in events.compactMap(\.commitID) { tellings[commit, default: 0] += 1 }
        }
    }
}
