import PipelineModel

extension PipelineMachine {
    /// Gives each command to its rule.
    mutating func perform(_ command: PipelineCommand) throws(CommandRefusal) -> CommandOutcome {
        switch command {
        case .create(let declaration, let trigger): try create(declaration, trigger: trigger)
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
        }
    }

    /// The pipeline's state, for commands that need one.
    func existingState() throws(CommandRefusal) -> PipelineState {
        guard let draft else { throw .pipelineNotFound }
        return draft
    }
}
