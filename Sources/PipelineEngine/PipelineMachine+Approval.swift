import PipelineModel

/// A person's answer to a manual approval (spec: execution-semantics §14).
extension PipelineMachine {
    mutating func answer(_ answer: ApprovalAnswer) throws(CommandRefusal) -> CommandOutcome {
        let state = try existingState()
        guard let (pending, execution) = state.pendingApproval(answer) else { throw refusal(of: answer, in: state) }
        let reference = ActionReference(pending)
        let terms = terms(of: pending)
        if let reason = terms.refusal(of: answer, on: pending, in: execution) { throw .approverRefused(reason) }
        if answer.status == .approved, pending.approvals.count + 1 < terms.requiredApprovals {
            emit(.approvalCounted(reference, answer))
            return .approvalAnswered(at: context.now)
        }
        emit(.approvalAnswered(reference, answer))
        let text = answer.shownSummary
        switch answer.status {
        case .approved: end(reference, with: .actionSucceeded(reference, ActionResult(summary: text)))
        case .rejected: end(reference, with: .actionFailed(reference, FailureDetails(.jobFailed, text)))
        }
        return .approvalAnswered(at: context.now)
    }

    /// They were checked when the approval began to wait; what doesn't read as terms asks for nothing.
    private func terms(of pending: ActionExecution) -> ApprovalTerms {
        do throws(FailureDetails) {
            return try ApprovalTerms(pending.resolvedConfiguration)
        } catch {
            return ApprovalTerms()
        }
    }

    private func refusal(of answer: ApprovalAnswer, in state: PipelineState) -> CommandRefusal {
        if state.hasAnswered(answer) { return .approvalAlreadyCompleted }
        guard let stage = state.declaration.stage(answer.stage) else { return .stageNotFound }
        guard stage.action(answer.action) != nil else { return .actionNotFound }
        return .invalidApprovalToken
    }

    // MARK: Beginning to wait

    /// Gives the attempt its token, and the digests that it is bound to.
    mutating func prepareApproval(
        _ attempt: inout ActionExecution, of execution: PipelineExecution
    ) throws(FailureDetails) {
        let terms = try ApprovalTerms(attempt.resolvedConfiguration)
        if terms.bindsToArtifacts { attempt.approvedDigests = execution.artifacts.compactMapValues(\.sha256) }
        let token = context.ids.uuid()
        attempt.approvalToken = token
        // As AWS shows it in ListActionExecutions; by it an answer that comes twice is known.
        attempt.externalExecutionID = token
    }

    /// Tells the topic that the approval waits.
    mutating func announce(_ attempt: ActionExecution, of execution: PipelineExecution) {
        guard let token = attempt.approvalToken, let topic = attempt.resolvedText("NotificationArn") else { return }
        let notice = ApprovalNotice(
            topic: topic, region: context.settings.region, pipeline: execution.pipeline, stage: attempt.stage,
            action: attempt.action, token: token, expires: attempt.deadline ?? context.now,
            externalEntityLink: attempt.resolvedText("ExternalEntityLink"),
            customData: attempt.resolvedText("CustomData"), digests: attempt.approvedDigests)
        change(
            .schedule(
                Effect(
                    kind: .notify(notice), pipeline: execution.pipeline,
                    subject: .errand(SubjectID(context.ids.uuid())), dueAt: context.now)))
    }

    /// An approval that is bound to artifacts speaks for these and no others.
    func checkApproved(
        _ artifact: StoredArtifact, for action: ActionName, in execution: PipelineExecution
    ) throws(FailureDetails) {
        for approval in execution.boundApprovals {
            guard let digest = approval.approvedDigests[artifact.name], digest != artifact.sha256 else { continue }
            throw FailureDetails(
                .configurationError,
                "The input artifact '\(artifact.name)' of action '\(action)' is not what '\(approval.action)' in stage "
                    + "'\(approval.stage)' approved: the approval is bound to SHA-256 \(digest), the artifact has "
                    + "\(artifact.sha256 ?? "none"). Start a new execution and have it approved.")
        }
    }
}

extension PipelineState {
    /// Looked for in the executions, not in the declaration: an update may have removed the stage meanwhile.
    fileprivate func pendingApproval(_ answer: ApprovalAnswer) -> (ActionExecution, PipelineExecution)? {
        for execution in executions.values {
            guard let stage = execution.stages.last, stage.name == answer.stage else { continue }
            if let action = stage.actions.first(where: {
                $0.action == answer.action && $0.approvalToken == answer.token
            }) {
                return (action, execution)
            }
        }
        return nil
    }

    /// `updatedBy` tells an answer from an expiry: an expired token is just invalid.
    fileprivate func hasAnswered(_ answer: ApprovalAnswer) -> Bool {
        func isAnswered(_ attempt: ActionExecution) -> Bool {
            attempt.type == .manualApproval && attempt.action == answer.action && attempt.updatedBy != nil
                && attempt.externalExecutionID == answer.token
        }
        if let last = stages[answer.stage]?.lastActions[answer.action], isAnswered(last) { return true }
        // PARALLEL executions leave nothing at the stage's door.
        return executions.values.contains { execution in
            execution.mode == .parallel
                && execution.stages.contains { $0.name == answer.stage && $0.actions.contains(where: isAnswered) }
        }
    }
}

extension PipelineExecution {
    /// Asked for each input of each action: attempts are looked at in place, copying one is dear.
    fileprivate var boundApprovals: [ActionExecution] {
        var found: [ActionExecution] = []
        for stage in stages.indices {
            for action in stages[stage].actions.indices
            where !stages[stage].actions[action].approvedDigests.isEmpty
                && stages[stage].actions[action].status == .succeeded
            {
                found.append(stages[stage].actions[action])
            }
        }
        return found
    }
}

extension ActionExecution {
    fileprivate func resolvedText(_ key: String) -> String? {
        guard case .plain(let text)? = resolvedConfiguration[key], !text.isEmpty else { return nil }
        return text
    }
}

extension ApprovalAnswer {
    /// The comment, or who answered.
    package var shownSummary: String { summary.isEmpty ? "\(status.rawValue) by \(by)" : summary }
}
