import PipelineEngine
import PipelineModel

/// Why an execution started.
extension ExecutionStory {
    func start(of execution: PipelineExecution) -> String {
        var text =
            "execution \(execution.number) of \(execution.pipeline) starts (version "
            + "\(execution.pipelineVersion), \(execution.mode.rawValue)): "
            + Self.reason(of: execution, names)
        if !execution.sourceRevisionOverrides.isEmpty {
            text += "; with " + Spoken.list(execution.sourceRevisionOverrides.map(Self.told))
        }
        if !execution.variables.isEmpty {
            text += "; variables " + Spoken.list(execution.variables.keys.sorted())
        }
        if !execution.authors.isEmpty { text += "; by " + Spoken.list(execution.authors.map(Spoken.person)) }
        if !execution.invokedBy.isEmpty {
            text += "; invoked through " + execution.invokedBy.map(\.rawValue).joined(separator: " → ")
        }
        if let former = execution.restarts { text += "; in place of \(names(former)), which an update cancelled" }
        return text
    }

    private static func reason(of execution: PipelineExecution, _ names: ExecutionNames) -> String {
        let detail = execution.trigger.detail.flatMap { $0.isEmpty ? nil : $0 }
        let who = detail.map(Spoken.person) ?? "somebody"
        let target = execution.rollbackTarget.map { names($0) } ?? "an earlier execution"
        switch execution.trigger.type {
        case .createPipeline: return "\(who) created the pipeline"
        case .startPipelineExecution: return "\(who) asked for it (StartPipelineExecution)"
        case .pollForSourceChanges: return "a look at the source found a new revision" + facts(detail)
        case .webhook: return "a push to the source's branch was delivered" + facts(detail.map(Spoken.person))
        case .webhookV2: return "an event matched one of the pipeline's triggers" + facts(detail)
        case .cloudWatchEvent: return "a schedule or an event rule asked for it" + facts(detail.map(Spoken.person))
        case .putActionRevision: return "\(who) reported a new revision (PutActionRevision)"
        case .manualRollback: return "\(who) asked for a rollback to \(target)"
        case .automatedRollback:
            return "onFailure or a condition has result ROLLBACK, back to \(target)" + facts(detail)
        }
    }

    private static func facts(_ detail: String?) -> String { detail.map { " (\($0))" } ?? "" }

    private static func told(_ revision: SourceRevisionOverride) -> String {
        "\(revision.actionName) at \(revision.revisionValue)"
    }

    /// Which delivery, from whom, and which filter or branch took it.
    static func sentence(of delivery: JournalEntry, starting execution: ExecutionID) -> String {
        let hook = delivery.hookName.isEmpty ? delivery.hook.rawValue : delivery.hookName
        var text =
            "delivery \(delivery.sequence) came in at hook \(hook): \(delivery.provider) \(delivery.event), "
            + "id \(delivery.deliveryID)"
        if let original = delivery.replayOf { text += ", a replay by hand of delivery \(original)" }
        let decision = delivery.decisions.first { $0.started == execution }
        return decision.map { "\(text); it started this execution: \($0.reason)" } ?? text
    }
}
