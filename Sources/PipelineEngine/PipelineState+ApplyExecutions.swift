import PipelineModel

/// Facts about executions and stages that make nobody leave the state.
extension PipelineState {
    /// How many start requests with a client token are remembered, and for how many seconds.
    private static let remembered = (count: 100, seconds: 86_400.0)

    mutating func foldExecution(_ event: PipelineEvent, at now: Double) -> [PipelineExecution] {
        switch event {
        case .executionStarted(let execution): begin(execution)
        case .startRemembered(let start): remember(start, at: now)
        case .executionWaits(let id, let stage), .executionQueued(let id, let stage, _):
            stages[stage]?.inbound.append(InboundExecution(id: id, since: now))
            executions[id]?.lastUpdateTime = now
        case .executionRecalled(let execution): executions[execution.id] = execution
        case .executionResumed(let id): executions[id]?.resume(at: now)
        case .executionStopping(let id, let mode, let reason): executions[id]?.stop(mode, reason, at: now)
        case .executionCancelling(let id):
            executions[id]?.isCancelling = true
            executions[id]?.lastUpdateTime = now
        case .stageRetried(let id, let stage, let mode): retry(id, stage, mode, by: .manual, at: now)
        case .stageRetriedAutomatically(let id, let stage, let mode):
            retry(id, stage, mode, by: .automated, at: now)
        case .stageEnded(let id, let stage, let status): endStage(id, stage, status, at: now)
        default: break
        }
        return []
    }

    private mutating func begin(_ execution: PipelineExecution) {
        executions[execution.id] = execution
        nextNumber = execution.number + 1
        pollingDisabledAt = nil
        guard execution.type == .standard else { return }
        let origin: SeenRevision.Origin =
            switch execution.trigger.type {
            case .pollForSourceChanges: .poll
            case .putActionRevision: .put
            // The late delivery of the same push must find that somebody was quicker.
            case .webhook where execution.trigger.isHeadCheck: .poll
            default: .event
            }
        for revision in execution.sourceRevisionOverrides {
            see(revision.revisionValue, of: revision.actionName, in: execution.id, as: origin)
        }
        if let put = execution.putRevision { see(put.revisionID, of: put.actionName, in: execution.id, as: origin) }
    }

    private mutating func retry(
        _ id: ExecutionID, _ stage: StageName, _ mode: RetryMode, by trigger: RetryMetadata.Trigger, at now: Double
    ) {
        executions[id]?.retryStage(mode, by: trigger, at: now)
        if executions[id]?.mode != .parallel { stages[stage]?.occupant = id }
    }

    private mutating func endStage(_ id: ExecutionID, _ stage: StageName, _ status: StageStatus, at now: Double) {
        executions[id]?.endStage(status, at: now)
        if stages[stage]?.occupant == id { stages[stage]?.occupant = nil }
        guard status == .succeeded, let execution = executions[id], execution.mode != .parallel,
            execution.type == .standard, execution.pipelineVersion == declaration.version
        else { return }
        stages[stage]?.lastSucceeded = id
    }

    private mutating func remember(_ start: RecentStart, at now: Double) {
        recentStarts.removeAll { $0.at <= now - Self.remembered.seconds || $0.token == start.token }
        recentStarts.append(start)
        if recentStarts.count > Self.remembered.count {
            recentStarts.removeFirst(recentStarts.count - Self.remembered.count)
        }
    }
}

extension PipelineExecution {
    fileprivate mutating func resume(at now: Double) {
        status = .inProgress
        statusSummary = nil
        stopMode = nil
        stopReason = nil
        lastUpdateTime = now
    }

    fileprivate mutating func stop(_ mode: StopMode, _ reason: String?, at now: Double) {
        status = .stopping
        stopMode = mode
        if let reason { stopReason = reason }
        lastUpdateTime = now
        if isInsideStage { changeStage(to: .stopping, at: now) }
    }

    /// Failed actions: what the gates after the actions said no longer holds. All actions: everything is anew.
    fileprivate mutating func retryStage(_ mode: RetryMode, by trigger: RetryMetadata.Trigger, at now: Double) {
        guard let index = stages.indices.last else { return }
        changeStage(to: .inProgress, at: now)
        var retry = stages[index].retry ?? RetryMetadata(manualAttempts: 0)
        switch trigger {
        case .manual: retry.manualAttempts += 1
        case .automated: retry.automaticAttempts = (retry.automaticAttempts ?? 0) + 1
        }
        retry.latestTrigger = trigger
        stages[index].retry = retry
        switch mode {
        case .allActions:
            stages[index].actions = []
            stages[index].conditions = [:]
        case .failedActions:
            // Not all of a PARALLEL execution's actions may start at once: the failed ones wait as if they were new.
            if self.mode == .parallel { stages[index].actions.removeAll(where: \.hasFailed) }
            stages[index].conditions[.onSuccess] = nil
            stages[index].conditions[.onFailure] = nil
        }
    }

    fileprivate mutating func endStage(_ status: StageStatus, at now: Double) { changeStage(to: status, at: now) }

    /// The stage that it is or was in last: it can be in one only.
    mutating func changeStage(to status: StageStatus, at now: Double) {
        lastUpdateTime = now
        guard let index = stages.indices.last else { return }
        stages[index].status = status
        stages[index].lastUpdateTime = now
    }
}
