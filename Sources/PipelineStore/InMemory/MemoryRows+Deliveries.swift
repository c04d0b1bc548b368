import PipelineEngine
import PipelineModel

extension MemoryRows {
    func taken(_ deliveryID: String, hook: HookID) -> DeliveryReceipt.Former? {
        guard let sequence = taken[TakenDelivery(hook: hook, id: deliveryID)], let former = entry(sequence) else {
            return nil
        }
        return DeliveryReceipt.Former(
            sequence: sequence, decisions: former.decisions, reason: former.reason,
            isDeferred: former.deferral.map { !$0.isParked } ?? false)
    }

    mutating func append(_ entry: JournalEntry) -> Int64 {
        var entry = entry
        lastDelivery += 1
        entry.sequence = lastDelivery
        if entry.takesItsID { taken[TakenDelivery(hook: entry.hook, id: entry.deliveryID)] = lastDelivery }
        journal.append(entry)
        return entry.sequence
    }

    mutating func amend(_ delivery: Int64, answering question: SubjectID, with decision: DeliveryDecision) {
        guard let place = place(of: delivery) else { return }
        journal[place].decisions.amend(answering: question, with: decision)
    }

    func entry(_ delivery: Int64) -> JournalEntry? { place(of: delivery).map { journal[$0] } }

    /// Sequences grow, and gaps are at the beginning only.
    private func place(of delivery: Int64) -> Int? {
        guard let first = journal.first?.sequence, delivery >= first else { return nil }
        let place = Int(delivery - first)
        return place < journal.count ? place : nil
    }

    mutating func rewrite(_ delivery: Int64, decisions: [DeliveryDecision], events: [SourceEvent]?) {
        guard let place = place(of: delivery) else { return }
        journal[place].decisions = decisions
        if let events { journal[place].events = events }
    }

    mutating func setDeferral(_ deferral: JournalEntry.Deferral?, of delivery: Int64) {
        guard let place = place(of: delivery) else { return }
        journal[place].deferral = deferral
    }

    func story(of subject: String) -> String? { stories[subject]?.text }

    mutating func keep(_ story: String, of subject: String, at now: Double, forgetting time: Double) {
        stories = stories.filter { $0.value.at >= time }
        stories[subject] = MemoryStory(at: now, text: story)
    }

    // MARK: Refs

    func knownRefs(of repository: WatchedRepository) -> KnownRefs? { known[repository] }

    func untoldRef(_ ref: String, of repository: WatchedRepository) -> KnownRef? {
        known[repository]?.refs[ref].flatMap { $0.told.isEmpty ? $0 : nil }
    }

    mutating func tell(_ ref: String, of repository: WatchedRepository, pointsTo commit: String) {
        guard known[repository] != nil else { return }
        known[repository]?.refs[ref, default: KnownRef(commit: nil)].told.append(commit)
        known[repository]?.refs[ref]?.seenBy = nil
    }

    mutating func setWatched(_ repository: WatchedRepository, lookedAt: Double?) {
        known[repository, default: KnownRefs()].lookedAt = lookedAt
    }

    mutating func set(_ known: KnownRef?, as ref: String, of repository: WatchedRepository) {
        self.known[repository]?.refs[ref] = known
    }

    func watchedRepositories() -> Set<WatchedRepository> { Set(known.keys) }

    mutating func unwatch(_ repository: WatchedRepository) { known[repository] = nil }

    mutating func noteLogRead(_ hook: HookID, repository: String, until: Double) {
        logReads[hook, default: [:]][repository] = until
    }
}
