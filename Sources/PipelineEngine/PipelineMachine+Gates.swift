import PipelineModel

/// What the gates of a stage mean for the step that follows (spec: execution-semantics §10).
extension PipelineMachine {
    /// The polarity: a result engages when the condition has NOT been met. The model's text for `Condition.result`
    /// says otherwise; the spec tells why it isn't followed.
    static func engages(_ status: ConditionStatus) -> Bool { status == .failed || status == .errored }

    /// Before anything runs: judge the gate; after it failed, FAIL or SKIP. `nil`: the actions' turn.
    static func entry(of stage: StageExecution, in declaration: StageDeclaration) -> NextStep? {
        guard let condition = declaration.condition(.beforeEntry) else { return nil }
        guard let judged = stage.conditions[.beforeEntry] else { return .evaluate(.beforeEntry, condition) }
        guard engages(judged.status) else { return nil }
        if condition.result == .skip { return .leave(.skipped) }
        return failed(stage, in: declaration, because: words("entry", judged), rollsBack: false)
    }

    /// After a failed action: an automatic retry, else the onFailure gate, else the end. `nil`: none has failed.
    static func failure(of stage: StageExecution, in declaration: StageDeclaration) -> NextStep? {
        guard stage.hasFailed else { return nil }
        guard let condition = declaration.condition(.onFailure) else {
            return failed(stage, in: declaration, because: nil, rollsBack: false)
        }
        guard let judged = stage.conditions[.onFailure] else { return .evaluate(.onFailure, condition) }
        let rollsBack = engages(judged.status) && condition.result == .rollback
        return failed(stage, in: declaration, because: nil, rollsBack: rollsBack)
    }

    /// After the last action has succeeded.
    static func success(of stage: StageExecution, in declaration: StageDeclaration) -> NextStep {
        guard let condition = declaration.condition(.onSuccess) else { return .leave(.succeeded) }
        guard let judged = stage.conditions[.onSuccess] else { return .evaluate(.onSuccess, condition) }
        guard engages(judged.status) else { return .leave(.succeeded) }
        return failed(
            stage, in: declaration, because: words("success", judged), rollsBack: condition.result == .rollback)
    }

    /// The stage fails; a result without condition engages on every failure.
    private static func failed(
        _ stage: StageExecution, in declaration: StageDeclaration, because summary: String?, rollsBack: Bool
    ) -> NextStep {
        switch declaration.onFailure?.result {
        case .retry? where (stage.retry?.automaticAttempts ?? 0) == 0:
            let mode = declaration.onFailure?.retryConfiguration?.retryMode ?? .failedActions
            // A stage that a condition failed has no failed action to run again.
            return .retry(stage.hasFailed ? mode : .allActions)
        case .rollback?: return .leave(.failed(summary: summary, rollsBack: true))
        default: return .leave(.failed(summary: summary, rollsBack: rollsBack))
        }
    }

    private static func words(_ gate: String, _ condition: ConditionExecution) -> String {
        "The \(gate) condition was not met" + (condition.summary.map { ": \($0)" } ?? ".")
    }
}

extension StageExecution {
    /// A gate's rules are being judged.
    var isJudging: Bool { conditions.values.contains { $0.status == .inProgress } }
}
