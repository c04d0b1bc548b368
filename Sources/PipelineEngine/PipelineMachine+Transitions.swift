import PipelineModel

/// Opening and closing the gate in front of a stage (spec: execution-semantics §6).
extension PipelineMachine {
    /// May come twice: the later call's reason and caller stand.
    mutating func setTransition(_ change: TransitionChange) throws(CommandRefusal) -> CommandOutcome {
        let state = try existingState()
        let stages = state.declaration.stages
        guard let index = stages.firstIndex(where: { $0.name == change.stage }) else { throw .stageNotFound }
        // The way out of a stage is the way into the next; the last one leads nowhere.
        let gated = change.type == .inbound ? index : index + 1
        guard gated < stages.count else { return .transitionSet }
        let stage = stages[gated].name
        emit(.transitionChanged(stage, transition(after: change, of: state.stages[stage]?.transition)))
        admit(to: stage)
        return .transitionSet
    }

    private func transition(after change: TransitionChange, of former: TransitionState?) -> TransitionState {
        var next = TransitionState(
            isEnabled: change.disabledReason == nil, changedBy: change.by, changedAt: context.now,
            reason: change.disabledReason, disabledAt: former?.disabledAt, enabledAt: former?.enabledAt)
        let wasEnabled = former?.isEnabled ?? true
        if wasEnabled, !next.isEnabled { (next.disabledAt, next.enabledAt) = (context.now, nil) }
        if !wasEnabled, next.isEnabled { next.enabledAt = context.now }
        return next
    }
}
