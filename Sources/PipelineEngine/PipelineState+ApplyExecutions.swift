import PipelineModel

/// Facts about executions and stages that make nobody leave the state.
extension PipelineState {
    /// How many start requests with a client token are remembered, and for how many seconds.
    private static let remembered = (count: 100, seconds: 86_400.0)

    mutating func foldExecution(_ event: PipelineEvent, at now: Double) -> [PipelineExecution] {
        switch event {
        case .executionStarted(let execution):
            executions[execution.id] = execution
            nextNumber = execution.number + 1
        case .startRemembered(let start): remember(start, at: now)
        case .executionWaits(let id, let stage):
            stages[stage]?.waiting = id
            executions[id]?.lastUpdateTime = now
        case .executionResumed(let id): executions[id]?.resume(at: now)
        case .executionStopping(let id, let mode, let reason): executions[id]?.stop(mode, reason, at: now)
        case .executionCancelling(let id):
            executions[id]?.isCancelling = true
            executions[id]?.lastUpdateTime = now
        case .stageRetried(let id, let stage, let mode):
            executions[id]?.retryStage(mode, at: now)
            stages[stage]?.occupant = id
        case .stageEnded(let id, let stage, let status):
            executions[id]?.endStage(status, at: now)
            if stages[stage]?.occupant == id { stages[stage]?.occupant = nil }
        default: break
        }
        return []
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

    fileprivate mutating func retryStage(_ mode: RetryMode, at now: Double) {
        guard let index = stages.indices.last else { return }
        changeStage(to: .inProgress, at: now)
        stages[index].retry = RetryMetadata(manualAttempts: (stages[index].retry?.manualAttempts ?? 0) + 1)
        if mode == .allActions { stages[index].actions = [] }
    }

    fileprivate mutating func endStage(_ status: StageStatus, at now: Double) { changeStage(to: status, at: now) }

    /// The stage that it is or was in last: it can be in one only.
    private mutating func changeStage(to status: StageStatus, at now: Double) {
        lastUpdateTime = now
        guard let index = stages.indices.last else { return }
        stages[index].status = status
        stages[index].lastUpdateTime = now
    }
}
