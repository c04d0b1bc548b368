import PipelineModel

/// A source's revision as somebody saw it: starts the pipeline when the revision is new to it
/// (spec: execution-semantics §13, PutActionRevision; triggers-and-webhooks A2, polling).
extension PipelineMachine {
    mutating func sourceChanged(_ change: SourceChange) throws(CommandRefusal) -> CommandOutcome {
        let state = try existingState()
        let stages = state.declaration.stages
        guard let stage = change.stage.map({ state.declaration.stage($0) }) ?? stages.first else {
            throw .stageNotFound
        }
        guard let action = stage.action(change.action) else { throw .actionNotFound }
        guard action.actionTypeId.category == .source else {
            throw .invalidInput("Action '\(change.action)' of stage '\(stage.name)' is no source action.")
        }
        let known = state.seenRevisions[change.action] ?? []
        switch change.origin {
        case .put:
            if let former = known.first(where: { $0.id == change.revision }) {
                return .sourceRevision(isNew: false, started: former.execution)
            }
        case .poll:
            guard state.pollingDisabledAt == nil else { return .notStarted(reason: "polling is disabled") }
            // A delivery that came between the look and this write knows more than the look.
            if let basis = change.basis, basis != SourceChange.Basis(known.last?.id), known.last?.id != change.revision
            {
                return .notStarted(reason: "another revision became known while the source was looked at")
            }
            if known.isEmpty, state.isFetching(change.action) {
                return .notStarted(reason: "an execution that runs already is fetching the newest revision")
            }
            if known.last?.id == change.revision {
                return .sourceRevision(isNew: false, started: known.last?.execution)
            }
        }
        let overrides = change.revisionType.map {
            [
                SourceRevisionOverride(
                    actionName: change.action, revisionType: $0, revisionValue: change.revision)
            ]
        }
        let id = try begin(
            StartRequest(
                trigger: change.trigger,
                input: StartInput(
                    sourceRevisions: overrides ?? [], authors: change.authors.isEmpty ? nil : change.authors)),
            putting: overrides == nil ? SourceRevision(actionName: change.action, revisionID: change.revision) : nil)
        return .sourceRevision(isNew: true, started: id)
    }

    /// A webhook's start that polling was quicker with.
    func polledBefore(_ request: StartRequest) -> ExecutionID? {
        guard request.trigger.type == .webhook || request.trigger.type == .webhookV2,
            !request.input.sourceRevisions.isEmpty
        else { return nil }
        var former: ExecutionID?
        for revision in request.input.sourceRevisions {
            guard let last = draft?.seenRevisions[revision.actionName]?.last, last.origin == .poll,
                last.id == revision.revisionValue
            else { return nil }
            former = last.execution
        }
        return former
    }

    mutating func disablePolling() throws(CommandRefusal) -> CommandOutcome {
        if try existingState().pollingDisabledAt == nil { emit(.pollingDisabled) }
        return .reported
    }
}

extension PipelineState {
    /// An attempt of the source action runs and will bring the newest revision; what it brings is compared next time.
    fileprivate func isFetching(_ action: ActionName) -> Bool {
        executions.values.contains { execution in
            execution.isInsideStage
                && execution.stages.last?.actions.contains { $0.action == action && $0.status == .inProgress } == true
        }
    }
}
