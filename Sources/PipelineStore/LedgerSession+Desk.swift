import PipelineEngine
import PipelineModel

/// Deliveries that are looked into after their answer.
extension LedgerSession {
    mutating func settle(_ settlement: DeliverySettlement, match: EventMatcher) throws -> DeliveryReceipt? {
        let delivery = settlement.delivery
        guard let entry = try rows.entry(delivery), entry.deferral != nil else { return nil }
        try rows.setDeferral(nil, of: delivery)
        var findings = try findings(
            of: settlement.events, as: DeliveryTerms(settlement, of: entry), match: match)
        if let reason = settlement.ignored ?? (settlement.events.isEmpty ? "it holds no event" : nil) {
            findings.decisions.append(DeliveryDecision(pipeline: nil, started: nil, reason: reason))
        }
        try rows.rewrite(delivery, decisions: findings.decisions, events: settlement.events)
        try conclude(findings, of: delivery)
        return DeliveryReceipt(sequence: delivery, isDuplicate: false, decisions: findings.decisions)
    }

    mutating func postpone(_ delivery: Int64, until: Double, reason: String) throws {
        guard var deferral = try rows.entry(delivery)?.deferral else { return }
        deferral.attempts += 1
        deferral.dueAt = until
        deferral.reason = reason
        try keep(deferral, of: delivery, saying: "being looked into; it is tried again: \(reason)")
    }

    mutating func park(_ delivery: Int64, reason: String) throws {
        guard var deferral = try rows.entry(delivery)?.deferral else { return }
        deferral.attempts += 1
        deferral.isParked = true
        deferral.reason = reason
        try keep(deferral, of: delivery, saying: "parked, see penstock deliveries replay \(delivery): \(reason)")
    }

    private mutating func keep(
        _ deferral: JournalEntry.Deferral, of delivery: Int64, saying word: String
    ) throws {
        try rows.setDeferral(deferral, of: delivery)
        try rows.rewrite(delivery, decisions: [.lookedInto(word)], events: nil)
    }

    /// A parked delivery that is replayed is dealt with by its replay.
    mutating func unpark(_ delivery: Int64) throws {
        guard let deferral = try rows.entry(delivery)?.deferral, deferral.isParked else { return }
        try rows.setDeferral(nil, of: delivery)
        try rows.rewrite(
            delivery, decisions: [.lookedInto("replayed by hand; it had been parked: \(deferral.reason ?? "")")],
            events: nil)
    }

    // MARK: Refs

    mutating func watchRefs(of repository: WatchedRepository) throws -> KnownRefs {
        if let known = try rows.knownRefs(of: repository) { return known }
        try rows.setWatched(repository, lookedAt: nil)
        return KnownRefs()
    }

    mutating func record(_ look: RefLook, match: EventMatcher) throws -> RefLookOutcome {
        // It was taken off the list meanwhile.
        guard let known = try rows.knownRefs(of: look.repository) else { return RefLookOutcome() }
        let isFirst = known.lookedAt == nil
        var outcome = RefLookOutcome()
        var moves: [(ref: String, from: String?)] = []
        for ref in Set(known.refs.keys).union(look.seen.keys).sorted() {
            let now = known.refs[ref] ?? KnownRef(commit: nil)
            let seen = look.seen[ref]
            // A delivery has told of it while the look was under way: the next one says how things stand.
            let isStale = now != look.basis.refs[ref] ?? KnownRef(commit: nil)
            switch now.finding(seen) {
            case .nothingNew: continue
            case .toldOf where isStale && !isFirst: continue
            case .toldOf: try settle(ref, seen, of: look)
            case .moved where isFirst:
                let told = isStale ? now.told : []
                try rows.set(KnownRef(commit: seen, told: told), as: ref, of: look.repository)
            case .moved where isStale: continue
            case .moved(let former):
                let mark = seen ?? KnownRef.gone
                guard look.ripe.map({ $0[ref] == mark }) ?? true else {
                    outcome.unripe[ref] = mark
                    continue
                }
                moves.append((ref, former))
            }
        }
        try rows.setWatched(look.repository, lookedAt: terms.clock())
        outcome.receipt = try tell(moves, of: look, match: match)
        return outcome
    }

    private mutating func settle(_ ref: String, _ seen: String?, of look: RefLook) throws {
        try rows.set(seen.map { KnownRef(commit: $0) }, as: ref, of: look.repository)
    }

    /// One delivery for all that a look has found.
    private mutating func tell(
        _ moves: [(ref: String, from: String?)], of look: RefLook, match: EventMatcher
    ) throws -> DeliveryReceipt? {
        guard !moves.isEmpty else { return nil }
        var delivery = look.delivery
        delivery.content = .events(
            moves.compactMap { SourceEvent(repository: look.name, ref: $0.ref, from: $0.from, to: look.seen[$0.ref]) })
        let receipt = try record(delivery, match: match)
        for move in moves {
            try rows.set(
                KnownRef(commit: look.seen[move.ref], seenBy: receipt.sequence), as: move.ref, of: look.repository)
        }
        return receipt
    }

    mutating func forgetRefs(except repositories: Set<WatchedRepository>) throws {
        for repository in try rows.watchedRepositories().subtracting(repositories) { try rows.unwatch(repository) }
    }
}
