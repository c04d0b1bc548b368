import PipelineModel

/// What runners and timers report of attempts. A report on an attempt that doesn't run any more changes nothing.
extension PipelineMachine {
    /// Bytes of names and values that one action's output variables may have (spec: execution-semantics §11).
    static let outputVariablesLimit = 122_880

    mutating func succeeded(_ reference: ActionReference, _ result: ActionResult) -> CommandOutcome {
        guard let attempt = running(reference) else { return late(reference) }
        let size = result.variables.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= Self.outputVariablesLimit else {
            let failure = FailureDetails(
                .jobFailed,
                "The output variables of action '\(reference.action)' have \(size) bytes; "
                    + "\(Self.outputVariablesLimit) are allowed. Export fewer or shorter variables.")
            return end(reference, with: .actionFailed(reference, failure))
        }
        var result = result
        // What isn't declared has no name in the pipeline.
        result.outputs.removeAll { output in !attempt.outputArtifacts.contains { $0.name == output.name } }
        return end(reference, with: .actionSucceeded(reference, result))
    }

    /// The work goes on outside: it will be asked again.
    mutating func pending(_ reference: ActionReference, _ continuation: ActionContinuation) -> CommandOutcome {
        guard running(reference) != nil else { return late(reference) }
        emit(.actionProgressed(reference, continuation))
        guard let execution = draft?.executions[reference.execution],
            let attempt = execution.runningAction(reference)
        else { return late(reference) }
        // A report that comes twice must not leave two questions waiting: forget all, schedule anew.
        change(.cancel(SubjectID(reference.id)))
        scheduleRun(
            attempt, of: execution, at: context.now + max(0, continuation.pollAgainIn),
            continuationToken: continuation.token)
        scheduleTimer(attempt)
        return .reported
    }

    mutating func failed(_ reference: ActionReference, _ failure: FailureDetails) -> CommandOutcome {
        guard running(reference) != nil else { return late(reference) }
        return end(reference, with: .actionFailed(reference, failure))
    }

    /// An approval expires, other work is ended.
    mutating func timedOut(_ reference: ActionReference) -> CommandOutcome {
        guard let attempt = running(reference) else { return late(reference) }
        emit(.actionFailed(reference, timeout(of: attempt)))
        cancelWork(of: attempt)
        settle(reference.execution)
        return .reported
    }

    private func timeout(of attempt: ActionExecution) -> FailureDetails {
        let seconds = Int((attempt.deadline ?? context.now) - attempt.startTime)
        if attempt.approvalToken != nil {
            return FailureDetails(
                .jobFailed, "The approval expired: nobody answered it within \(seconds / 60) minutes.")
        }
        if let silence = context.settings.replyTimeouts[attempt.type], context.now < attempt.deadline ?? context.now {
            return FailureDetails(
                .actionTimedOut,
                "The action '\(attempt.action)' timed out: nothing was heard of it for \(silence) seconds.")
        }
        return FailureDetails(
            .actionTimedOut, "The action '\(attempt.action)' timed out: it had not ended after \(seconds) seconds.")
    }

    /// The attempt has ended: its timers go, and its stage takes the next step.
    @discardableResult
    mutating func end(_ reference: ActionReference, with event: PipelineEvent) -> CommandOutcome {
        emit(event)
        change(.cancel(SubjectID(reference.id)))
        settle(reference.execution)
        return .reported
    }

    private func running(_ reference: ActionReference) -> ActionExecution? {
        draft?.executions[reference.execution]?.runningAction(reference)
    }

    private func late(_ reference: ActionReference) -> CommandOutcome {
        .ignored(reason: "the attempt \(reference.id) of action '\(reference.action)' isn't running any more")
    }
}
