import PipelineModel

extension PipelineMachine {
    /// Gives each command to its rule.
    mutating func perform(_ command: PipelineCommand) throws(CommandRefusal) -> CommandOutcome {
        switch command {
        case .create(let declaration, let trigger, let tags): try create(declaration, trigger: trigger, tags: tags)
        case .update(let declaration): try update(declaration)
        case .delete: delete()
        case .start(let request): try start(request)
        case .stop(let id, let mode, let reason): try stop(id, mode: mode, reason: reason)
        case .retry(let stage, let id, let mode): try retry(stage, of: id, mode: mode)
        case .answerApproval(let answer): try self.answer(answer)
        case .actionSucceeded(let reference, let result): succeeded(reference, result)
        case .actionPending(let reference, let continuation): pending(reference, continuation)
        case .actionFailed(let reference, let failure): failed(reference, failure)
        case .actionTimedOut(let reference): timedOut(reference)
        case .sourceChanged(let change): try sourceChanged(change)
        case .setTransition(let change): try setTransition(change)
        case .rollBack(let stage, let target, let trigger): try rollBack(stage, to: target, trigger: trigger)
        case .overrideCondition(let stage, let id, let gate, let by):
            try override(stage, of: id, gate: gate, by: by)
        case .tag(let tags): try tag(tags)
        case .untag(let keys): try untag(keys)
        case .disablePolling: try disablePolling()
        case .ruleSucceeded(let reference, let result): ruleSucceeded(reference, result)
        case .rulePending(let reference, let continuation): rulePending(reference, continuation)
        case .ruleFailed(let reference, let failure): ruleFailed(reference, failure)
        case .ruleTimedOut(let reference): ruleTimedOut(reference)
        case .changedPaths(let question, let answer): try changedPaths(question, answer)
        }
    }

    /// The pipeline's state, for commands that need one.
    func existingState() throws(CommandRefusal) -> PipelineState {
        guard let draft else { throw .pipelineNotFound }
        return draft
    }
}
