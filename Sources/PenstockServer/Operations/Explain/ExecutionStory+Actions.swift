import PipelineEngine
import PipelineModel

/// What facts about attempts of actions say.
extension ExecutionStory {
    mutating func sentence(ofAction event: PipelineEvent) -> String? {
        switch event {
        case .actionStarted(let attempt): start(of: attempt)
        case .actionProgressed(let reference, let progress): told(progress, of: reference)
        case .actionSucceeded(let reference, let result): success(of: reference, result)
        case .actionFailed(let reference, let failure):
            "action \(place(reference)) failed\(took(reference)): \(failure.told(remedy(for: failure, of: reference)))"
        case .actionAbandoned(let reference):
            "action \(place(reference)) was given up\(took(reference)): the execution was stopped"
        case .approvalAnswered(_, let answer):
            "\(answer.status.rawValue) by \(Spoken.person(answer.by)) at \(answer.stage)/\(answer.action)"
                + comment(answer)
        case .approvalCounted(_, let answer):
            "\(Spoken.person(answer.by)) approves \(answer.stage)/\(answer.action), one of several that are needed"
                + comment(answer)
        default: nil
        }
    }

    private func comment(_ answer: ApprovalAnswer) -> String {
        answer.summary.isEmpty ? "" : ": \"\(answer.summary)\""
    }

    private func place(_ reference: ActionReference) -> String { "\(reference.stage)/\(reference.action)" }

    private func took(_ reference: ActionReference) -> String {
        runs[reference.id].map { " after \(elapsed($0.startTime))" } ?? ""
    }

    private mutating func start(of attempt: ActionExecution) -> String {
        runs[attempt.id] = attempt
        let place = "\(attempt.stage)/\(attempt.action)"
        let number = (attempts[place] ?? 0) + 1
        attempts[place] = number
        let again = number > 1 ? ", attempt \(number)" : ""
        if attempt.type == .manualApproval {
            let expiry = attempt.deadline.map { "; it expires \(Spoken.deadline($0, now: clock))" } ?? ""
            return "action \(place)\(again) waits for a manual approval\(expiry)"
        }
        var text = "action \(place) (\(attempt.type.provider)) starts\(again)"
        if !attempt.inputArtifacts.isEmpty {
            text += " with " + Spoken.list(attempt.inputArtifacts.map(\.name.rawValue))
        }
        return text + (attempt.deadline.map { "; it may take \(Spoken.duration($0 - clock))" } ?? "")
    }

    /// Long work is asked again and again: only what has changed is told.
    private mutating func told(_ progress: ActionContinuation, of reference: ActionReference) -> String? {
        let words = Self.words(on: progress)
        guard self.progress[reference.id.rawValue] != words else { return nil }
        self.progress[reference.id.rawValue] = words
        return "action \(place(reference)) goes on\(words)"
    }

    static func words(on progress: ActionContinuation) -> String {
        var text = progress.percentComplete.map { ", \($0) %" } ?? ""
        if let summary = progress.summary, !summary.isEmpty { text += ": \(summary)" }
        if let url = progress.externalExecutionURL { text += " (\(url))" }
        return text.isEmpty ? " outside; it is asked again until it has ended" : text
    }

    private func success(of reference: ActionReference, _ result: ActionResult) -> String {
        var text = "action \(place(reference)) succeeded\(took(reference))"
        if let summary = result.summary, !summary.isEmpty { text += ": \(summary)" }
        if let revision = result.revision { text += "; revision \(revision.revisionID)" }
        if !result.outputs.isEmpty { text += "; made " + Spoken.list(result.outputs.map(\.name.rawValue)) }
        if !result.variables.isEmpty { text += "; variables " + Spoken.list(result.variables.keys.sorted()) }
        return text
    }

    private func remedy(for failure: FailureDetails, of reference: ActionReference) -> String? {
        // An approval's answer explains itself.
        if runs[reference.id]?.type == .manualApproval { return nil }
        let log = "penstock tail \(facts.execution.pipeline) \(reference.execution) --action \(reference.action)"
        return switch failure.type {
        case .jobFailed: "its log: \(log)"
        case .configurationError: "correct the action's configuration, then update the pipeline or retry the stage"
        case .permissionError: "give the credentials or the role that it uses the missing permission, then retry"
        case .revisionOutOfSync: "start the pipeline again: its source has moved on"
        case .revisionUnavailable: "check that the branch, commit or object is there and can be read"
        case .systemUnavailable: "not the action's fault: retry the stage"
        case .actionTimedOut: "see where it stood (\(log)), or give it more time"
        }
    }
}
