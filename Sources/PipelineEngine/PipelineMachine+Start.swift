import PipelineModel

/// Starting an execution: who asked, with which variables and revisions (spec: execution-semantics §13).
extension PipelineMachine {
    /// Seconds for which a client token is remembered.
    static let tokenLifetime: Double = 86_400

    mutating func start(_ request: StartRequest) throws(CommandRefusal) -> CommandOutcome {
        let state = try existingState()
        if let token = request.clientRequestToken,
            let former = state.recentStarts.last(where: {
                $0.token == token && $0.at > context.now - Self.tokenLifetime
            })
        {
            guard former.request == request.input else {
                throw .conflict("The client request token was used before with a different input.")
            }
            return .started(former.execution, again: true)
        }
        if let polled = polledBefore(request) {
            return .notStarted(reason: "polling has started execution \(polled) with this revision")
        }
        return .started(try begin(request), again: false)
    }

    /// Makes the execution and sends it to the first stage.
    mutating func begin(
        _ request: StartRequest, restarting former: ExecutionID? = nil, putting revision: SourceRevision? = nil
    ) throws(CommandRefusal) -> ExecutionID {
        let state = try existingState()
        try checkCycle(request.input.invokedBy ?? [], to: state.declaration.name)
        try checkConcurrency(state.declaration.executionMode)
        try checkRevisions(request.input.sourceRevisions, in: state.declaration)
        let (variables, missing) = try variableValues(request.input.variables, in: state.declaration)
        if let name = missing.first, former == nil, request.trigger.type == .startPipelineExecution {
            throw .invalidInput(Self.missingVariable(name))
        }
        let id = ExecutionID(context.ids.uuid())
        var execution = PipelineExecution(
            id: id, pipeline: state.declaration.name, pipelineVersion: state.declaration.version,
            number: state.nextNumber, mode: state.declaration.executionMode, trigger: request.trigger,
            startTime: context.now, sourceRevisionOverrides: request.input.sourceRevisions, variables: variables)
        execution.invokedBy = request.input.invokedBy ?? []
        execution.authors = request.input.authors ?? []
        execution.eventVariables = request.input.eventVariables ?? [:]
        execution.restarts = former
        execution.putRevision = revision
        emit(.executionStarted(execution))
        if let token = request.clientRequestToken {
            emit(
                .startRemembered(
                    RecentStart(token: token, request: request.input, execution: id, at: context.now)))
        }
        // Nobody waits for the answer to an event's start: the execution itself tells what was missing.
        if let name = missing.first {
            emit(.executionEnded(id, .failed, summary: Self.missingVariable(name)))
        } else {
            advance(id, beyond: nil)
        }
        return id
    }

    /// A pipeline that is invoked by what it has invoked itself would never end.
    private func checkCycle(_ invokers: [PipelineName], to pipeline: PipelineName) throws(CommandRefusal) {
        guard let start = invokers.firstIndex(of: pipeline) else { return }
        let circle = (invokers[start...] + [pipeline]).map(\.rawValue).joined(separator: " → ")
        throw .invalidInput("The pipelines invoke each other in a circle: \(circle). Break it at one of them.")
    }

    private func checkRevisions(
        _ overrides: [SourceRevisionOverride], in declaration: PipelineDeclaration
    ) throws(CommandRefusal) {
        for revision in overrides {
            let isSource = declaration.stages.contains {
                $0.action(revision.actionName)?.actionTypeId.category == .source
            }
            guard isSource else {
                throw .invalidInput(
                    "The source revision override names '\(revision.actionName)', which is no source action of "
                        + "pipeline '\(declaration.name)'.")
            }
        }
    }

    /// Override before default; also the names that have neither.
    private func variableValues(
        _ overrides: [String: String], in declaration: PipelineDeclaration
    ) throws(CommandRefusal) -> (values: [String: String], missing: [String]) {
        let declared = declaration.variables ?? []
        if let unknown = overrides.keys.sorted().first(where: { name in !declared.contains { $0.name == name } }) {
            throw .invalidInput("Pipeline '\(declaration.name)' declares no variable '\(unknown)'.")
        }
        var values: [String: String] = [:]
        var missing: [String] = []
        for variable in declared {
            if let value = overrides[variable.name] ?? variable.defaultValue {
                values[variable.name] = value
            } else {
                missing.append(variable.name)
            }
        }
        return (values, missing)
    }

    private static func missingVariable(_ name: String) -> String {
        "Variable '\(name)' has no default value and was given none: start the pipeline with a value for it."
    }
}
