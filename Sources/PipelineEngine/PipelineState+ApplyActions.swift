import PipelineModel

/// Facts about attempts: kept in the execution's stage, and in the stage's door as the action's last attempt.
extension PipelineState {
    mutating func foldAction(_ event: PipelineEvent, at now: Double) -> [PipelineExecution] {
        switch event {
        case .actionStarted(let attempt):
            executions[attempt.executionID]?.begin(attempt, at: now)
            if executions[attempt.executionID]?.mode != .parallel {
                stages[attempt.stage]?.lastActions[attempt.action] = attempt
            }
        case .actionProgressed(let reference, let progress): update(reference, at: now) { $0.take(progress) }
        case .actionSucceeded(let reference, let result): succeed(reference, result, at: now)
        case .actionFailed(let reference, let failure): update(reference, at: now) { $0.take(failure) }
        case .actionAbandoned(let reference): update(reference, at: now) { $0.end(.abandoned) }
        case .approvalAnswered(let reference, let answer):
            update(reference, at: now) {
                $0.updatedBy = answer.by
                $0.summary = answer.shownSummary
                // Where one approval is enough, `updatedBy` says it.
                if answer.status == .approved, !$0.approvals.isEmpty { $0.approvals.append(answer.by) }
            }
        case .approvalCounted(let reference, let answer):
            update(reference, at: now) {
                $0.approvals.append(answer.by)
                $0.summary = answer.shownSummary
            }
        default: break
        }
        return []
    }

    private mutating func succeed(_ reference: ActionReference, _ result: ActionResult, at now: Double) {
        guard let attempt = update(reference, at: now, { $0.take(result) }) else { return }
        executions[reference.execution]?.keep(attempt, result)
        guard let revision = result.revision else { return }
        see(revision.revisionID, of: reference.action, in: reference.execution, as: .fetched)
        if executions[reference.execution]?.mode != .parallel {
            stages[reference.stage]?.currentRevisions[reference.action] = revision
        }
    }

    @discardableResult
    private mutating func update(
        _ reference: ActionReference, at now: Double, _ change: (inout ActionExecution) -> Void
    ) -> ActionExecution? {
        guard let attempt = executions[reference.execution]?.update(reference, at: now, change) else { return nil }
        // The door knows the action no more when an update has removed it meanwhile.
        if stages[reference.stage]?.lastActions[reference.action]?.id == reference.id {
            stages[reference.stage]?.lastActions[reference.action] = attempt
        }
        return attempt
    }
}

extension PipelineExecution {
    /// A new attempt takes the place of the action's earlier one.
    fileprivate mutating func begin(_ attempt: ActionExecution, at now: Double) {
        lastUpdateTime = now
        guard let stage = stages.indices.last else { return }
        stages[stage].lastUpdateTime = now
        if let index = stages[stage].actions.firstIndex(where: { $0.action == attempt.action }) {
            stages[stage].actions[index] = attempt
        } else {
            stages[stage].actions.append(attempt)
        }
    }

    fileprivate mutating func update(
        _ reference: ActionReference, at now: Double, _ change: (inout ActionExecution) -> Void
    ) -> ActionExecution? {
        guard let stage = stages.indices.last, stages[stage].name == reference.stage,
            let index = stages[stage].actions.firstIndex(where: { $0.id == reference.id })
        else { return nil }
        lastUpdateTime = now
        stages[stage].lastUpdateTime = now
        stages[stage].actions[index].lastUpdateTime = now
        change(&stages[stage].actions[index])
        return stages[stage].actions[index]
    }

    /// What later actions can use of it.
    fileprivate mutating func keep(_ attempt: ActionExecution, _ result: ActionResult) {
        for output in attempt.outputArtifacts where result.outputs.contains(where: { $0.name == output.name }) {
            artifacts[output.name] = output
        }
        if let namespace = attempt.namespace { namespaces[namespace] = result.variables }
        guard let revision = result.revision else { return }
        if let index = sourceRevisions.firstIndex(where: { $0.actionName == revision.actionName }) {
            sourceRevisions[index] = revision
        } else {
            sourceRevisions.append(revision)
        }
    }
}

extension ActionExecution {
    fileprivate mutating func end(_ status: ActionStatus) {
        self.status = status
        approvalToken = nil
    }

    fileprivate mutating func take(_ progress: ActionContinuation) {
        summary = progress.summary ?? summary
        externalExecutionID = progress.externalExecutionID ?? externalExecutionID
        externalExecutionURL = progress.externalExecutionURL ?? externalExecutionURL
        percentComplete = progress.percentComplete ?? percentComplete
    }

    fileprivate mutating func take(_ result: ActionResult) {
        end(.succeeded)
        outputVariables = result.variables
        summary = result.summary ?? summary
        externalExecutionID = result.externalExecutionID ?? externalExecutionID
        externalExecutionURL = result.externalExecutionURL ?? externalExecutionURL
        for output in result.outputs {
            guard let index = outputArtifacts.firstIndex(where: { $0.name == output.name }) else { continue }
            outputArtifacts[index] = output
            outputArtifacts[index].revision = output.revision ?? result.revision
        }
    }

    fileprivate mutating func take(_ failure: FailureDetails) {
        end(.failed)
        self.failure = failure
        summary = failure.externalExecutionSummary ?? summary
        externalExecutionID = failure.externalExecutionID ?? externalExecutionID
        externalExecutionURL = failure.externalExecutionURL ?? externalExecutionURL
    }
}
