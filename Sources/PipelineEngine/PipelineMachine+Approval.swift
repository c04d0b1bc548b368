import PipelineModel

/// A person's answer to a manual approval (spec: execution-semantics §14).
extension PipelineMachine {
    mutating func answer(_ answer: ApprovalAnswer) throws(CommandRefusal) -> CommandOutcome {
        let state = try existingState()
        guard let pending = state.pendingApproval(answer) else { throw refusal(of: answer, in: state) }
        guard pending.approvalToken == answer.token else { throw .invalidApprovalToken }
        let reference = ActionReference(pending)
        emit(.approvalAnswered(reference, answer))
        let text = answer.shownSummary
        switch answer.status {
        case .approved: end(reference, with: .actionSucceeded(reference, ActionResult(summary: text)))
        case .rejected: end(reference, with: .actionFailed(reference, FailureDetails(.jobFailed, text)))
        }
        return .approvalAnswered(at: context.now)
    }

    private func refusal(of answer: ApprovalAnswer, in state: PipelineState) -> CommandRefusal {
        guard let stage = state.declaration.stage(answer.stage) else { return .stageNotFound }
        guard stage.action(answer.action) != nil else { return .actionNotFound }
        // `updatedBy` tells an answer from an expiry: an expired token is just invalid.
        if let last = state.stages[answer.stage]?.lastActions[answer.action], last.type == .manualApproval,
            last.externalExecutionID == answer.token, last.updatedBy != nil
        {
            return .approvalAlreadyCompleted
        }
        return .invalidApprovalToken
    }
}

extension PipelineState {
    /// Looked for in the executions, not in the declaration: an update may have removed the stage meanwhile.
    fileprivate func pendingApproval(_ answer: ApprovalAnswer) -> ActionExecution? {
        for execution in executions.values {
            guard let stage = execution.stages.last, stage.name == answer.stage else { continue }
            if let action = stage.actions.first(where: { $0.action == answer.action && $0.approvalToken != nil }) {
                return action
            }
        }
        return nil
    }
}

extension ApprovalAnswer {
    /// The comment, or who answered.
    package var shownSummary: String { summary.isEmpty ? "\(status.rawValue) by \(by)" : summary }
}
