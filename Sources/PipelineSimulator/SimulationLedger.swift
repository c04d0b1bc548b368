package import PipelineEngine
package import PipelineModel
import PipelineStore

/// The ledger as the world around it sees it: in memory, or the real one.
package protocol SimulationLedger {
    /// As they are committed.
    var states: [PipelineName: PipelineState] { get }
    /// How many effects there are, due or not.
    var effectCount: Int { get }
    mutating func perform(_ command: PipelineCommand, on pipeline: PipelineName) throws -> CommandOutcome
    mutating func record(
        _ delivery: Delivery, match: @escaping @Sendable (SourceEvent, SourceBinding) -> MatchVerdict
    ) throws -> DeliveryReceipt
    mutating func claim(limit: Int, worker: WorkerID, lease: Double) throws -> [ClaimedEffect]
    mutating func renew(_ effects: [EffectID], worker: WorkerID, lease: Double) throws -> Set<EffectID>
    mutating func release(_ effects: [EffectID], worker: WorkerID) throws
    mutating func finish(
        _ effect: EffectID, reporting command: PipelineCommand?, on pipeline: PipelineName
    ) throws -> CommandOutcome
    mutating func offer(_ claimed: ClaimedEffect) throws -> JobID?
    mutating func poll(_ query: JobQuery, limit: Int) throws -> [Job]
    mutating func acknowledge(_ job: JobID, nonce: String) throws -> JobAnswer
    mutating func report(_ outcome: JobOutcome, of job: JobID) throws -> JobAnswer
}

extension SimulatedLedger: SimulationLedger {
    package var effectCount: Int { effects.reduce(0) { count, _ in count + 1 } }
}
