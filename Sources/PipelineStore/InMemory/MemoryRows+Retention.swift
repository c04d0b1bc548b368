import PipelineEngine
import PipelineModel

extension MemoryRows {
    func pipeline(after former: PipelineName?) -> PipelineName? {
        states.keys.filter { $0.rawValue > former?.rawValue ?? "" }.min()
    }

    func history(of pipeline: PipelineName, above number: Int, limit: Int) -> [HistoryRow] {
        let found = executions.values.filter { $0.pipeline == pipeline && $0.number > number }
        return found.sorted { $0.number < $1.number }.prefix(limit).map(HistoryRow.init)
    }

    func number(of pipeline: PipelineName, behindNewest count: Int) -> Int? {
        executions.values.filter { $0.pipeline == pipeline }.map(\.number).sorted(by: >).dropFirst(count).first
    }

    func deployed(of pipeline: PipelineName) -> [HistoryRow] {
        var newest: [StageName: PipelineExecution] = [:]
        for execution in executions.values where execution.pipeline == pipeline {
            for success in execution.stageSuccesses where newest[success.stage]?.number ?? 0 < execution.number {
                newest[success.stage] = execution
            }
        }
        return newest.values.map(HistoryRow.init)
    }

    mutating func remove(_ execution: PipelineExecution) -> (artifacts: [StoredArtifact], rows: Int) {
        let id = execution.id
        let before = actions.count + rules.count + events.count + jobs.count
        let artifacts = actions.filter { $0.row.action.executionID == id }.flatMap(\.row.action.outputArtifacts)
        removeAttempts {
            $0.row.action.executionID == id
        } rules: {
            $0.row.rule.executionID == id
        }
        events.removeAll { $0.recorded.event.execution == id }
        jobs.removeAll { $0.execution == id }
        executions[id] = nil
        deliveries[id] = nil
        return (artifacts, 1 + before - actions.count - rules.count - events.count - jobs.count)
    }

    mutating func removeVersions(of pipeline: PipelineName, below version: Int, but kept: Set<Int>) -> Int {
        let gone = versions[pipeline]?.keys.filter { $0 < version && !kept.contains($0) } ?? []
        for version in gone { versions[pipeline]?[version] = nil }
        return gone.count
    }

    mutating func removeEvents(of pipeline: PipelineName, before time: Double, but kept: Int, limit: Int) -> Int {
        let own = events.filter { $0.pipeline == pipeline && $0.recorded.event.execution == nil }
        let gone = Set(own.dropLast(kept).filter { $0.recorded.at < time }.prefix(limit).map(\.recorded.sequence))
        events.removeAll { gone.contains($0.recorded.sequence) }
        return gone.count
    }

    mutating func removeDeliveries(before time: Double?, beyond count: Int?, limit: Int) -> Int {
        let excess = count.map { max(0, journal.count - $0) } ?? 0
        let gone = journal.prefix(limit).enumerated()
            .prefix { $0.offset < excess || $0.element.receivedAt < time ?? 0 }.map(\.element)
        for entry in gone where entry.takesItsID {
            taken[TakenDelivery(hook: entry.hook, id: entry.deliveryID)] = nil
        }
        journal.removeFirst(gone.count)
        return gone.count
    }
}

extension HistoryRow {
    fileprivate init(_ execution: PipelineExecution) { self.init(number: execution.number, record: execution) }
}
