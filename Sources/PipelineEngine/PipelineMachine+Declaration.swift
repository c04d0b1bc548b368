import PipelineModel

/// Creating, changing and deleting a pipeline (spec: execution-semantics §12).
extension PipelineMachine {
    mutating func create(
        _ declaration: PipelineDeclaration, trigger: ExecutionTrigger, tags: [String: String]
    ) throws(CommandRefusal) -> CommandOutcome {
        guard draft == nil else { throw .pipelineNameInUse }
        var first = declaration
        first.version = 1
        emit(.pipelineCreated(first))
        if !tags.isEmpty { emit(.pipelineTagged(tags)) }
        let id = try begin(StartRequest(trigger: trigger))
        return .declared(first, started: id)
    }

    /// Every update ends what runs, whatever it changes: running actions go on to their end, nothing further starts.
    /// PARALLEL executions run on by what they started with.
    mutating func update(_ declaration: PipelineDeclaration) throws(CommandRefusal) -> CommandOutcome {
        let former = try existingState()
        var next = declaration
        next.version = former.declaration.version + 1
        emit(.pipelineUpdated(next))
        let active = former.executions.values.filter { !$0.status.isTerminal && $0.mode != .parallel }
            .sorted { $0.number < $1.number }
        // Those that wait go first: else they would enter the stages that the others leave.
        for execution in active where !execution.isInsideStage {
            emit(.executionEnded(execution.id, .cancelled, summary: Self.cancelledSummary))
        }
        // A stop that was asked for before keeps its own end.
        for execution in active where execution.isInsideStage && execution.status == .inProgress {
            if !execution.isCancelling { cancel(execution) }
        }
        enterRemovedStages(of: former)
        return .declared(next, started: restart(after: active))
    }

    /// PARALLEL executions may wait at a closed transition of a stage that is no more: nothing holds them now.
    private mutating func enterRemovedStages(of former: PipelineState) {
        for stage in former.declaration.stages where draft?.stages[stage.name] == nil {
            for waiting in former.stages[stage.name]?.inbound ?? []
            where former.executions[waiting.id]?.mode == .parallel {
                enter(waiting.id, stage.name)
            }
        }
    }

    /// It ends when its running actions have; what only waits for a gate ends at once.
    private mutating func cancel(_ execution: PipelineExecution) {
        emit(.executionCancelling(execution.id))
        abandonConditions(of: execution, as: .cancelled)
        settle(execution.id)
    }

    /// A pipeline that updates itself would never come to its end: tagged so, the newest of the cancelled executions
    /// is started anew with its revisions and variables, once in one line.
    private mutating func restart(after cancelled: [PipelineExecution]) -> ExecutionID? {
        guard draft?.tags[Self.restartTag] == "true",
            let newest = cancelled.last(where: { $0.type == .standard && $0.status == .inProgress }),
            newest.restarts == nil
        else { return nil }
        let input = StartInput(
            sourceRevisions: newest.startedRevisions(in: draft), variables: newest.startedVariables(in: draft),
            invokedBy: newest.invokedBy, authors: newest.authors, eventVariables: newest.eventVariables)
        do {
            return try begin(StartRequest(trigger: newest.trigger, input: input), restarting: newest.id)
        } catch {
            // 50 PARALLEL executions run on: the update stands, and there is no place for another.
            return nil
        }
    }

    /// The tag that has an update restart what it cancels.
    static let restartTag = "penstock:restart-on-update"

    /// Nobody wants the outcome of what runs. Deleting what is absent is no error.
    mutating func delete() -> CommandOutcome {
        guard let state = draft else { return .deleted }
        let active = state.executions.values.filter { !$0.status.isTerminal }.sorted { $0.number < $1.number }
        for execution in active {
            for action in execution.stages.last?.actions ?? [] where action.status == .inProgress {
                cancelWork(of: action)
            }
            for gate in ConditionGate.allCases {
                for rule in execution.stages.last?.conditions[gate]?.rules ?? [] where rule.status == .inProgress {
                    cancelWork(of: rule)
                }
            }
        }
        emit(.pipelineDeleted)
        return .deleted
    }

    static let cancelledSummary = "The pipeline's definition was updated while the execution was in progress."
}

extension PipelineExecution {
    /// The overrides that it started with, as far as the sources are still declared.
    fileprivate func startedRevisions(in state: PipelineState?) -> [SourceRevisionOverride] {
        let sources = Set(state?.declaration.stages.first?.actions.map(\.name) ?? [])
        return sourceRevisionOverrides.filter { sources.contains($0.actionName) }
    }

    fileprivate func startedVariables(in state: PipelineState?) -> [String: String] {
        let declared = Set(state?.declaration.variables?.map(\.name) ?? [])
        return variables.filter { declared.contains($0.key) }
    }
}
