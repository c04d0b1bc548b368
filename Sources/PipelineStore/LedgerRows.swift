import PipelineEngine
import PipelineModel

/// The rows of a ledger: what ``LedgerSession`` writes and looks up, without any rule.
///
/// SQLite and memory implement it; both run the same session, so no rule exists twice. Nothing here decides: a method
/// does what its name says, or throws and leaves the undoing to whoever opened the transaction.
protocol LedgerRows: RetentionRows, JobRows, DeliveryRows, RegistryRows {
    func state(of pipeline: PipelineName) throws -> PipelineState?
    func execution(_ id: ExecutionID) throws -> PipelineExecution?
    /// Writes states, versions and records over what is there. May be called twice with the same changes.
    mutating func save(_ changes: LedgerChanges) throws
    /// Takes away all that belongs to the pipeline but the journal of deliveries and orders to end work.
    mutating func removePipeline(_ pipeline: PipelineName) throws
    mutating func append(_ events: [PipelineEvent], of pipeline: PipelineName, at now: Double) throws

    mutating func insert(_ effect: Effect) throws
    /// - Returns: whether it was there.
    mutating func removeEffect(_ id: EffectID) throws -> Bool
    /// Takes away the subject's work and timers, but not the order to cancel it.
    mutating func removeWork(of subject: SubjectID) throws
    /// Gives out effects that are due and in nobody's hands at `now`, oldest due first.
    mutating func lend(_ terms: LeaseTerms, limit: Int) throws -> [ClaimedEffect]
    /// - Returns: whether the effect is still this worker's.
    mutating func renew(_ id: EffectID, _ terms: LeaseTerms) throws -> Bool
    /// - Returns: whether the effect was this worker's.
    mutating func release(_ id: EffectID, worker: WorkerID) throws -> Bool
}

extension Effect.Kind {
    /// An order to end work outlives the work that it ends.
    var isOrderToEnd: Bool {
        switch self {
        case .cancelAction, .cancelRule: true
        case .runAction, .runRule, .collectOutputs, .askChangedPaths, .reportStatus, .notify, .timer: false
        }
    }
}

/// Who borrows effects, from when, until when.
struct LeaseTerms {
    var worker: WorkerID
    var now: Double
    var until: Double
}

extension [DeliveryDecision] {
    mutating func amend(answering question: SubjectID, with decision: DeliveryDecision) {
        guard let place = firstIndex(where: { $0.question == question }) else { return append(decision) }
        self[place] = decision
    }
}

extension JournalEntry {
    /// Whether a later delivery with the same id is a duplicate of this one.
    var takesItsID: Bool {
        replayOf == nil && (outcome == DeliveryOutcome.accepted || outcome == DeliveryOutcome.ignored)
    }
}

/// The words of `JournalEntry.outcome` besides the codes of refusals.
enum DeliveryOutcome {
    static let accepted = "accepted"
    static let ignored = "ignored"
    static let duplicate = "duplicate"
}
