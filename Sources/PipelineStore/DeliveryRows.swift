import PipelineEngine
import PipelineModel

/// The rows about deliveries, without any rule.
protocol DeliveryRows {
    /// The delivery that has the hook's delivery id: the first that was accepted or ignored, replays not counted.
    func taken(_ deliveryID: String, hook: HookID) throws -> DeliveryReceipt.Former?
    /// - Parameter entry: its `sequence` and `deferral` are not looked at.
    /// - Returns: the sequence that it got.
    mutating func append(_ entry: JournalEntry) throws -> Int64
    /// Puts what became of a question in the place of what its delivery said before. A delivery that is forgotten
    /// stays so.
    mutating func amend(_ delivery: Int64, answering question: SubjectID, with decision: DeliveryDecision) throws

    /// Without its body and headers.
    func entry(_ delivery: Int64) throws -> JournalEntry?
    /// Puts these in the place of what was decided, and where there are events, them beside the body.
    mutating func rewrite(_ delivery: Int64, decisions: [DeliveryDecision], events: [SourceEvent]?) throws
    /// `nil` takes the delivery off the desk.
    mutating func setDeferral(_ deferral: JournalEntry.Deferral?, of delivery: Int64) throws

    /// What was told of a subject last, as ``keep(_:of:at:forgetting:)`` got it.
    func story(of subject: String) throws -> String?
    /// - Parameter time: what is older goes.
    mutating func keep(_ story: String, of subject: String, at now: Double, forgetting time: Double) throws

    func knownRefs(of repository: WatchedRepository) throws -> KnownRefs?
    /// The ref as the last look has left it; `nil` when a delivery has told of it since.
    func untoldRef(_ ref: String, of repository: WatchedRepository) throws -> KnownRef?
    /// A delivery has told of a ref; of a repository that isn't watched it is not kept.
    mutating func tell(_ ref: String, of repository: WatchedRepository, pointsTo commit: String) throws
    /// - Parameter lookedAt: `nil`: nobody has looked yet.
    mutating func setWatched(_ repository: WatchedRepository, lookedAt: Double?) throws
    /// `nil` takes it away.
    mutating func set(_ known: KnownRef?, as ref: String, of repository: WatchedRepository) throws
    func watchedRepositories() throws -> Set<WatchedRepository>
    mutating func unwatch(_ repository: WatchedRepository) throws

    mutating func noteLogRead(_ hook: HookID, repository: String, until: Double) throws
}
