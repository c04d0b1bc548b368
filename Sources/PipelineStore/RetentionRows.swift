import PipelineEngine
import PipelineModel

/// What pruning looks up and takes away, without any rule; see ``LedgerSession/prune(_:at:from:)``.
protocol RetentionRows {
    /// The first pipeline by name after another one.
    func pipeline(after former: PipelineName?) throws -> PipelineName?
    /// Oldest start first, with numbers above `number`.
    func history(of pipeline: PipelineName, above number: Int, limit: Int) throws -> [HistoryRow]
    /// The newest number that `count` newer executions leave behind.
    func number(of pipeline: PipelineName, behindNewest count: Int) throws -> Int?
    /// The newest execution that succeeded in each stage, in whichever version.
    func deployed(of pipeline: PipelineName) throws -> [HistoryRow]
    /// Takes away an execution with its attempts, rules, successes and events.
    ///
    /// - Returns: what its attempts were to put out, and how many rows went.
    mutating func remove(_ execution: PipelineExecution) throws -> (artifacts: [StoredArtifact], rows: Int)
    /// - Returns: how many went.
    mutating func removeVersions(of pipeline: PipelineName, below version: Int, but kept: Set<Int>) throws -> Int
    /// Takes away facts about the pipeline and no execution that are older than `time`, but the newest `kept`.
    mutating func removeEvents(of pipeline: PipelineName, before time: Double, but kept: Int, limit: Int) throws -> Int
    /// Takes away the oldest deliveries: those that were received before `time`, and those that `count` newer ones leave
    /// behind.
    mutating func removeDeliveries(before time: Double?, beyond count: Int?, limit: Int) throws -> Int
}

/// An execution in the history; its record is `nil` when this version can't read it.
struct HistoryRow {
    var number: Int
    var record: PipelineExecution?
}
