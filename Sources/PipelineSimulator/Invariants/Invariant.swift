import PipelineEngine
import PipelineModel
import PipelineStore

/// Something that must hold after each commit, whatever has happened.
///
/// An invariant may remember what it has seen: it is asked about every moment of one run, in order.
protocol Invariant {
    /// - Returns: what is wrong, or `nil`.
    mutating func check(_ moment: Moment) -> String?
}

/// The world after a commit, or after one that failed.
struct Moment {
    let ledger: SimulatedLedger
    let batch: BatchRecord
    /// The states before the batch.
    let before: [PipelineName: PipelineState]
    /// What the batch has written, oldest first.
    let events: [(pipeline: PipelineName, recorded: RecordedEvent)]
    let now: Double
    /// Whether the batch was committed, known or not.
    let isCommitted: Bool
    /// Whether a new process has opened the ledger.
    let isRestarted: Bool

    var touched: [PipelineName] { batch.pipelines.sorted() }
    func state(_ pipeline: PipelineName) -> PipelineState? { ledger.states[pipeline] }
    /// The pipeline of that name is another one than before, or none: what was known of it is void.
    func isReborn(_ pipeline: PipelineName) -> Bool { isCommitted && batch.hasDeleted(pipeline) }
    var reborn: [PipelineName] { touched.filter { isReborn($0) } }
}

/// An invariant that doesn't hold.
package struct Violation: Error, Equatable, CustomStringConvertible {
    package var invariant: String
    package var message: String
    /// The step after which it was seen; one more than the last for what is seen at the end.
    package var step: Int

    package var description: String { "\(invariant) after step \(step): \(message)" }
}
