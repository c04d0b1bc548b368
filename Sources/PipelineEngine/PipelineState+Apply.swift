package import PipelineModel

extension PipelineState {
    /// Folds one fact into the state. Knows no rules: replaying the events of a pipeline gives its state.
    ///
    /// - Returns: the executions that left the state by it, as they were at last: from now on they are history.
    @discardableResult
    package static func apply(
        _ event: PipelineEvent, at now: Double, to state: inout PipelineState?
    ) -> [PipelineExecution] {
        switch event {
        case .pipelineCreated(let declaration):
            state = PipelineState(declaration: declaration, created: now)
            return []
        case .pipelineDeleted:
            let gone = state?.executions.values.sorted { $0.number < $1.number } ?? []
            state = nil
            return gone
        default: return state?.fold(event, at: now) ?? []
        }
    }

    private mutating func fold(_ event: PipelineEvent, at now: Double) -> [PipelineExecution] {
        switch event {
        case .pipelineCreated, .pipelineDeleted: []
        case .pipelineUpdated(let declaration): redeclare(declaration, at: now)
        case .executionSuperseded(let id, let newer):
            end(id, .superseded, summary: "Superseded by execution \(newer).", at: now)
        case .executionEnded(let id, let status, let summary): end(id, status, summary: summary, at: now)
        case .stageEntered(let id, let stage): enter(id, stage, at: now)
        case .executionStarted, .startRemembered, .executionWaits, .executionQueued, .executionRecalled,
            .executionResumed, .executionStopping, .executionCancelling, .stageRetried, .stageRetriedAutomatically,
            .stageEnded:
            foldExecution(event, at: now)
        case .actionStarted, .actionProgressed, .actionSucceeded, .actionFailed, .actionAbandoned,
            .approvalAnswered, .approvalCounted:
            foldAction(event, at: now)
        case .conditionStarted, .ruleStarted, .ruleProgressed, .ruleSucceeded, .ruleFailed, .ruleAbandoned,
            .conditionEnded, .conditionOverridden:
            foldCondition(event, at: now)
        case .pipelineTagged, .pipelineUntagged, .pollingDisabled, .transitionChanged:
            foldPipeline(event, at: now)
        }
    }

    /// Doors of stages that stay are kept, those of new stages are empty. An execution may still be inside a stage
    /// that an earlier update removed: it holds the lock when a stage of that name comes back. What succeeded before
    /// is no target of a rollback any more.
    private mutating func redeclare(_ declaration: PipelineDeclaration, at now: Double) -> [PipelineExecution] {
        keepFormerDeclaration()
        self.declaration = declaration
        updated = now
        let former = stages
        stages = [:]
        for stage in declaration.stages {
            var door = former[stage.name] ?? StageState()
            if former[stage.name] == nil {
                door.occupant = executions.values.first { $0.holds(stage.name) }?.id
                door.latest = door.occupant
            }
            door.lastSucceeded = nil
            door.lastActions = door.lastActions.filter { stage.action($0.key) != nil }
            door.currentRevisions = door.currentRevisions.filter { stage.action($0.key) != nil }
            stages[stage.name] = door
        }
        let sources = Set(declaration.stages.first?.actions.map(\.name) ?? [])
        seenRevisions = seenRevisions.filter { sources.contains($0.key) }
        return executions.keys.sorted().flatMap { forget($0) }
    }

    /// PARALLEL executions run on by what they started with.
    private mutating func keepFormerDeclaration() {
        let live = Set(
            executions.values.filter { $0.mode == .parallel && !$0.status.isTerminal }.map(\.pipelineVersion))
        formerDeclarations.append(declaration)
        formerDeclarations.removeAll { !live.contains($0.version) }
    }

    private mutating func end(
        _ id: ExecutionID, _ status: ExecutionStatus, summary: String?, at now: Double
    ) -> [PipelineExecution] {
        executions[id]?.status = status
        executions[id]?.statusSummary = summary
        executions[id]?.lastUpdateTime = now
        leaveEntrances(id)
        return forget(id)
    }

    private mutating func enter(_ id: ExecutionID, _ stage: StageName, at now: Double) -> [PipelineExecution] {
        executions[id]?.stages.append(StageExecution(name: stage, startTime: now))
        executions[id]?.lastUpdateTime = now
        leaveEntrances(id)
        // PARALLEL executions hold no stage: each runs on its own copy of them.
        guard executions[id]?.mode != .parallel else { return [] }
        let former = stages[stage]?.latest
        stages[stage]?.occupant = id
        stages[stage]?.latest = id
        return former.map { forget($0) } ?? []
    }

    /// An execution waits in front of one stage at most.
    private mutating func leaveEntrances(_ id: ExecutionID) {
        for (stage, door) in stages where door.inbound.contains(where: { $0.id == id }) {
            stages[stage]?.inbound.removeAll { $0.id == id }
        }
    }

    /// A finished execution that is no stage's latest can't be retried from here and isn't shown: it leaves.
    private mutating func forget(_ id: ExecutionID) -> [PipelineExecution] {
        guard let execution = executions[id], execution.status.isTerminal,
            !stages.values.contains(where: { $0.latest == id })
        else { return [] }
        executions[id] = nil
        if execution.pipelineVersion != declaration.version,
            !executions.values.contains(where: { $0.pipelineVersion == execution.pipelineVersion })
        {
            formerDeclarations.removeAll { $0.version == execution.pipelineVersion }
        }
        return [execution]
    }
}
