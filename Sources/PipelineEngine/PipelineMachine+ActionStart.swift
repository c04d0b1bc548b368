import PipelineModel

/// Starting one attempt of one action: its inputs, where its outputs go, its configuration, its deadline.
extension PipelineMachine {
    /// What can't be started has started and failed: the attempt tells why.
    mutating func startAction(_ action: ActionDeclaration, of id: ExecutionID, in stage: StageName) {
        guard let state = draft, let execution = state.executions[id] else { return }
        var attempt = ActionExecution(
            id: ActionExecutionID(context.ids.uuid()), executionID: id, pipelineVersion: execution.pipelineVersion,
            stage: stage, action: action.name, type: action.actionTypeId, startTime: context.now,
            configuration: action.configuration, resolvedConfiguration: action.configuration)
        attempt.region = action.region ?? context.settings.region
        attempt.roleArn = action.roleArn
        attempt.namespace = action.namespace
        do throws(FailureDetails) {
            try prepare(&attempt, for: action, of: execution, in: state.declaration(for: execution))
        } catch {
            emit(.actionStarted(attempt))
            return emit(.actionFailed(ActionReference(attempt), error))
        }
        emit(.actionStarted(attempt))
        schedule(attempt, of: execution)
    }

    private mutating func prepare(
        _ attempt: inout ActionExecution, for action: ActionDeclaration, of execution: PipelineExecution,
        in declaration: PipelineDeclaration
    ) throws(FailureDetails) {
        attempt.inputArtifacts = try inputs(of: action, from: execution)
        attempt.resolvedConfiguration = try VariableResolution(execution).resolve(
            action.configuration, of: .action(action.name))
        attempt.outputArtifacts = try outputs(of: action, in: declaration)
        attempt.deadline = context.now + Double(timeout(of: action))
        if action.actionTypeId == .manualApproval { try prepareApproval(&attempt, of: execution) }
    }

    /// Only what THIS execution has produced.
    private func inputs(
        of action: ActionDeclaration, from execution: PipelineExecution
    ) throws(FailureDetails) -> [StoredArtifact] {
        var inputs: [StoredArtifact] = []
        for reference in action.inputArtifacts {
            guard let artifact = execution.artifacts[reference.name] else {
                throw FailureDetails(
                    .configurationError,
                    "The action '\(action.name)' needs the input artifact '\(reference.name)', which no earlier "
                        + "action of this execution has produced. Check the action that declares it as output.")
            }
            try checkApproved(artifact, for: action.name, in: execution)
            inputs.append(artifact)
        }
        return inputs
    }

    /// A fresh key for each output of each attempt: `<pipeline, 20>/<artifact, 10>/<7 random letters or digits>`
    /// (spec: job-workers §5).
    private mutating func outputs(
        of action: ActionDeclaration, in declaration: PipelineDeclaration
    ) throws(FailureDetails) -> [StoredArtifact] {
        guard !action.outputArtifacts.isEmpty else { return [] }
        guard let store = declaration.artifactStore(forRegion: action.region ?? context.settings.region) else {
            throw FailureDetails(
                .configurationError,
                "Pipeline '\(declaration.name)' declares no artifact store for the outputs of '\(action.name)'.")
        }
        var outputs: [StoredArtifact] = []
        for reference in action.outputArtifacts {
            let folder = "\(declaration.name.rawValue.prefix(20))/\(reference.name.rawValue.prefix(10))"
            outputs.append(
                StoredArtifact(
                    name: reference.name, bucket: store.location, key: "\(folder)/\(context.ids.alphanumerics(7))",
                    encryptionKeyID: store.encryptionKey?.id))
        }
        return outputs
    }

    /// Seconds that job workers have for an action, all its jobs together (spec: job-workers §2).
    private static let customActionTimeout = 86_400

    private func timeout(of action: ActionDeclaration) -> Int {
        if action.actionTypeId == .manualApproval {
            return action.timeoutInMinutes.map { $0 * 60 } ?? context.settings.approvalTimeout
        }
        let usual = action.actionTypeId.owner == .custom ? Self.customActionTimeout : 3600
        return context.settings.actionTimeouts[action.actionTypeId] ?? usual
    }

    /// A person does an approval's work, so it has a timer only.
    private mutating func schedule(_ attempt: ActionExecution, of execution: PipelineExecution) {
        if attempt.approvalToken == nil {
            scheduleRun(attempt, of: execution, at: context.now, continuationToken: nil)
        }
        scheduleTimer(attempt)
        announce(attempt, of: execution)
    }

    mutating func scheduleRun(
        _ attempt: ActionExecution, of execution: PipelineExecution, at due: Double, continuationToken: String?
    ) {
        let isSource = attempt.type.category == .source
        let revisions = isSource ? execution.sourceRevisionOverrides.filter { $0.actionName == attempt.action } : []
        let isInvoke = attempt.type.category == .invoke
        let work = ActionWork(
            action: attempt, revision: revisions.first, revisions: revisions.count > 1 ? revisions : nil,
            continuationToken: continuationToken,
            invokedBy: isInvoke ? execution.invokedBy + [execution.pipeline] : nil,
            eventVariables: revisions.isEmpty || execution.eventVariables.isEmpty ? nil : execution.eventVariables,
            isUntrusted: execution.isUntrusted ? true : nil)
        schedule(.runAction(work), for: attempt, at: due)
    }

    mutating func scheduleTimer(_ attempt: ActionExecution) {
        guard var deadline = attempt.deadline else { return }
        // Each reply schedules the timer anew.
        if let silence = context.settings.replyTimeouts[attempt.type] {
            deadline = min(deadline, context.now + Double(silence))
        }
        schedule(.timer(.actionTimedOut(ActionReference(attempt))), for: attempt, at: deadline)
    }

    /// Forgets the attempt's effects and has what runs of it ended.
    mutating func cancelWork(of attempt: ActionExecution) {
        change(.cancel(SubjectID(attempt.id)))
        // In this order: the forgetting must not hit the order to end. Of an approval nothing runs.
        if attempt.approvalToken == nil { schedule(.cancelAction, for: attempt, at: context.now) }
    }

    private mutating func schedule(_ kind: Effect.Kind, for attempt: ActionExecution, at due: Double) {
        guard let pipeline = draft?.declaration.name else { return }
        change(
            .schedule(Effect(kind: kind, pipeline: pipeline, subject: .action(ActionReference(attempt)), dueAt: due)))
    }
}
