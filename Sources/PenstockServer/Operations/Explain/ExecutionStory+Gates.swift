import PipelineEngine
import PipelineModel

/// What facts about gates and their rules say.
extension ExecutionStory {
    mutating func sentence(ofGate event: PipelineEvent) -> String? {
        switch event {
        case .conditionStarted(_, let stage, let gate, let result): start(of: gate, stage, result)
        case .ruleStarted(let rule): start(of: rule)
        case .ruleProgressed(let reference, let progress): told(progress, of: reference)
        case .ruleSucceeded(let reference, let result):
            "rule \(reference.rule) passed\(took(reference))" + (result.summary.map { ": \($0)" } ?? "")
        case .ruleFailed(let reference, let failure):
            "rule \(reference.rule) failed\(took(reference)): \(failure.told(nil))"
        case .ruleAbandoned(let reference):
            "rule \(reference.rule) was given up\(took(reference)): its verdict is no longer wanted"
        case .conditionEnded(_, let stage, let gate, let status, let summary):
            end(of: gate, stage, status, summary)
        case .conditionOverridden(_, let stage, let gate, let caller):
            "override: \(Spoken.person(caller)) has stage \(stage) go on although its \(gate.rawValue) condition "
                + "was not met (OverrideStageCondition)"
        default: nil
        }
    }

    private mutating func start(of gate: ConditionGate, _ stage: StageName, _ result: ConditionResult?) -> String {
        results[gate] = result
        let consequence = result.map { "; when it is not met: \($0.rawValue)" } ?? ""
        return "condition \(gate.rawValue) of stage \(stage) is judged\(consequence)"
    }

    private mutating func start(of rule: RuleExecution) -> String {
        rules[rule.id] = rule
        let limit = rule.deadline.map { "; it may take \(Spoken.duration($0 - clock))" } ?? ""
        return "rule \(rule.rule) (\(rule.type.provider)) of \(rule.gate.rawValue) starts\(limit)"
    }

    private mutating func told(_ progress: ActionContinuation, of reference: RuleReference) -> String? {
        let words = Self.words(on: progress)
        guard self.progress[reference.id.rawValue] != words else { return nil }
        self.progress[reference.id.rawValue] = words
        return "rule \(reference.rule) goes on\(words)"
    }

    private func took(_ reference: RuleReference) -> String {
        rules[reference.id].map { " after \(elapsed($0.startTime))" } ?? ""
    }

    private func end(
        of gate: ConditionGate, _ stage: StageName, _ status: ConditionStatus, _ summary: String?
    ) -> String {
        let subject = "condition \(gate.rawValue) of stage \(stage)"
        let why = summary.map { ": \($0)" } ?? ""
        switch status {
        case .succeeded: return "\(subject) is met\(why)"
        case .failed: return "\(subject) failed\(why)\(consequence(of: gate, stage))"
        case .errored: return "\(subject) could not be judged\(why)\(consequence(of: gate, stage))"
        case .cancelled: return "\(subject) is judged no further: the execution is cancelled"
        case .abandoned: return "\(subject) is judged no further: the execution was stopped or the stage retried"
        case .overridden: return "\(subject) was overridden\(why)"
        case .inProgress: return "\(subject) is being judged\(why)"
        }
    }

    private func consequence(of gate: ConditionGate, _ stage: StageName) -> String {
        let declaration = facts.state?.declaration(for: facts.execution).stage(stage)
        let isSkip = results[gate] == .skip
        switch declaration?.onFailure?.result {
        case .some(let result) where gate != .onFailure && !isSkip && result != .fail:
            return "; result \(results[gate]?.rawValue ?? "FAIL"), and onFailure has \(result.rawValue)"
        default: return results[gate].map { "; result \($0.rawValue)" } ?? ""
        }
    }
}
