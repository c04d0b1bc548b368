import PipelineEngine
import PipelineModel

/// How far a round of pruning has come: it goes through the pipelines by name, then through the deliveries.
struct PruneProgress: Sendable {
    enum Place: Sendable {
        case after(PipelineName?)
        case inside(PipelineScan)
        case deliveries
        case end
    }

    var place = Place.after(nil)
    var report = PruneReport()
    var isOver: Bool {
        if case .end = place { true } else { false }
    }

    /// What a round may remove at most.
    static let executions = 1000
    static let deliveries = 10_000
}

/// A pipeline's executions, looked through from the oldest on.
struct PipelineScan: Sendable {
    var pipeline: PipelineName
    /// The last one that was looked at.
    var number = 0
    /// Versions of those that stay; `nil` when one of them can't be read.
    var versions: Set<Int>? = []
}

extension LedgerSession {
    /// Rows that go in one write, about: the writer is never held for long.
    private static var rowsPerStep: Int { 500 }
    private static var executionsPerStep: Int { 50 }
    private static var deliveriesPerStep: Int { 100 }
    /// Facts about a pipeline that stay, however old.
    private static var pipelineEventsKept: Int { 100 }

    /// One step of a round: a small write.
    mutating func prune(
        _ policy: RetentionPolicy, at now: Double, from progress: PruneProgress
    ) throws -> PruneProgress {
        var progress = progress
        switch progress.place {
        case .after(let former):
            let next = try rows.pipeline(after: former).map { PipelineScan(pipeline: $0) }
            progress.place = next.map { .inside($0) } ?? .deliveries
            if let next { try scan(next, policy, now, &progress) }
        case .inside(let place): try scan(place, policy, now, &progress)
        case .deliveries: try pruneDeliveries(policy, now, &progress)
        case .end: break
        }
        return progress
    }

    private mutating func scan(
        _ scan: PipelineScan, _ policy: RetentionPolicy, _ now: Double, _ progress: inout PruneProgress
    ) throws {
        // So that the rows say what the batch has decided so far.
        try flush()
        var scan = scan
        var expiry = Expiry(policy, now: now)
        expiry.lastNumber = try policy.maxCountPerPipeline.flatMap {
            try rows.number(of: scan.pipeline, behindNewest: $0)
        }
        let page = try rows.history(of: scan.pipeline, above: scan.number, limit: Self.executionsPerStep)
        var kept: KeptExecutions?
        var removed = 0
        for row in page {
            guard !expiry.isBehind(row) else { return try end(scan, before: row, policy, now, &progress) }
            if let record = row.record, expiry.covers(record), !holdsBack(record.id) {
                let known = try kept ?? keptExecutions(of: scan.pipeline)
                kept = known
                if !known.contains(record) {
                    let (artifacts, rows) = try rows.remove(record)
                    progress.report.executions.append(
                        PrunedExecution(id: record.id, pipeline: scan.pipeline, artifacts: artifacts))
                    removed += rows
                    scan.number = row.number
                    guard removed < Self.rowsPerStep, progress.report.executions.count < PruneProgress.executions
                    else { return pause(scan, &progress) }
                    continue
                }
            }
            scan.keep(row)
        }
        if page.count < Self.executionsPerStep {
            try end(scan, before: nil, policy, now, &progress)
        } else {
            pause(scan, &progress)
        }
    }

    private func pause(_ scan: PipelineScan, _ progress: inout PruneProgress) {
        let isFull = progress.report.executions.count >= PruneProgress.executions
        progress.place = isFull ? .deliveries : .inside(scan)
    }

    /// Versions grow with numbers: those below the first execution that wasn't looked at are known to be unused.
    private mutating func end(
        _ scan: PipelineScan, before next: HistoryRow?, _ policy: RetentionPolicy, _ now: Double,
        _ progress: inout PruneProgress
    ) throws {
        progress.place = .after(scan.pipeline)
        guard let state = try currentState(of: scan.pipeline) else { return }
        let current = state.declaration.version
        if let kept = scan.versions, let bound = next.map({ $0.record?.pipelineVersion }) ?? current {
            let used = kept.union(state.formerDeclarations.map(\.version))
            progress.report.versions += try rows.removeVersions(
                of: scan.pipeline, below: min(bound, current), but: used)
        }
        if let age = policy.maxAge {
            progress.report.pipelineEvents += try rows.removeEvents(
                of: scan.pipeline, before: now - age, but: Self.pipelineEventsKept, limit: Self.rowsPerStep)
        }
    }

    private func keptExecutions(of pipeline: PipelineName) throws -> KeptExecutions {
        KeptExecutions(state: try currentState(of: pipeline), deployed: try rows.deployed(of: pipeline))
    }

    private mutating func pruneDeliveries(
        _ policy: RetentionPolicy, _ now: Double, _ progress: inout PruneProgress
    ) throws {
        let isFull = progress.report.executions.count >= PruneProgress.executions
        let removed = try rows.removeDeliveries(
            before: policy.deliveriesMaxAge.map { now - $0 }, beyond: policy.deliveriesMaxCount,
            limit: Self.deliveriesPerStep)
        progress.report.deliveries += removed
        if removed < Self.deliveriesPerStep {
            progress.report.isComplete = !isFull
            progress.place = .end
        } else if progress.report.deliveries >= PruneProgress.deliveries {
            progress.place = .end
        }
    }
}

extension PipelineScan {
    fileprivate mutating func keep(_ row: HistoryRow) {
        number = row.number
        if let record = row.record { versions?.insert(record.pipelineVersion) } else { versions = nil }
    }
}

/// Which executions the policy lets go.
private struct Expiry {
    /// Up to here they are too many.
    var lastNumber: Int?
    /// What changed last before this is too old.
    let oldest: Double?

    init(_ policy: RetentionPolicy, now: Double) { oldest = policy.maxAge.map { now - $0 } }

    func covers(_ execution: PipelineExecution) -> Bool {
        guard execution.status.isTerminal else { return false }
        return execution.number <= lastNumber ?? 0 || execution.lastUpdateTime < oldest ?? 0
    }

    /// Whether neither it nor a newer one can be covered: numbers grow with the times of the starts.
    func isBehind(_ row: HistoryRow) -> Bool {
        guard row.number > lastNumber ?? 0, let record = row.record else { return false }
        return record.startTime >= oldest ?? 0
    }
}

/// The executions of a pipeline that stay whatever their age.
private struct KeptExecutions {
    private var ids: Set<ExecutionID>
    private let numbers: Set<Int>

    init(state: PipelineState?, deployed: [HistoryRow]) {
        var ids: Set<ExecutionID> = []
        for execution in state?.executions.values.map({ $0 }) ?? [] {
            ids.insert(execution.id)
            // A rollback runs with its target's artifacts.
            if let target = execution.rollbackTarget { ids.insert(target) }
        }
        for door in state?.stages.values.map({ $0 }) ?? [] {
            ids.formUnion([door.occupant, door.latest, door.lastSucceeded].compactMap { $0 })
        }
        ids.formUnion(deployed.compactMap { $0.record?.rollbackTarget })
        self.ids = ids
        numbers = Set(deployed.map(\.number))
    }

    func contains(_ execution: PipelineExecution) -> Bool {
        ids.contains(execution.id) || numbers.contains(execution.number)
    }
}
