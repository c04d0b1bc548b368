import PipelineEngine
import PipelineModel

extension LedgerSession {
    /// Journals a delivery and starts what it matches. A pipeline that can't start says why in its decision and doesn't
    /// hold back the others.
    mutating func record(_ delivery: Delivery, match: EventMatcher) throws -> DeliveryReceipt {
        if case .refused(let code, let reason) = delivery.content {
            let receipt = try journal(delivery, outcome: code, reason: reason)
            if delivery.isParked {
                let now = terms.clock()
                try rows.setDeferral(
                    JournalEntry.Deferral(since: now, dueAt: now, isParked: true, reason: reason), of: receipt.sequence)
            }
            return receipt
        }
        if delivery.replayOf == nil, let former = try rows.taken(delivery.deliveryID, hook: delivery.hook) {
            return try journalDuplicate(delivery, of: former)
        }
        if let original = delivery.replayOf { try unpark(original) }
        switch delivery.content {
        case .refused(let code, let reason): return try journal(delivery, outcome: code, reason: reason)
        case .ignored(let reason): return try journal(delivery, outcome: DeliveryOutcome.ignored, reason: reason)
        case .events(let events): return try take(events, of: delivery, match: match)
        case .deferred(let events):
            // Where nobody listens, nobody has to be asked.
            guard events.isEmpty || !delivery.rules.isEmpty || events.contains(where: hasListeners) else {
                return try take(events, of: delivery, match: match)
            }
            return try putOff(delivery)
        }
    }

    private func hasListeners(_ event: SourceEvent) -> Bool { !index.bindings(of: event).isEmpty }

    private mutating func take(
        _ events: [SourceEvent], of delivery: Delivery, match: EventMatcher
    ) throws -> DeliveryReceipt {
        let findings = try findings(of: events, as: DeliveryTerms(delivery), match: match)
        let receipt = try journal(
            delivery, outcome: DeliveryOutcome.accepted, reason: events.isEmpty ? "it holds no event" : nil,
            decisions: findings.decisions, events: delivery.origin == .refs ? events : nil)
        try conclude(findings, of: receipt.sequence)
        return receipt
    }

    /// What follows once the delivery has its number.
    mutating func conclude(_ findings: DeliveryFindings, of delivery: Int64) throws {
        for execution in findings.started { note(delivery, thatStarted: execution) }
        for question in findings.questions { try ask(question, about: delivery) }
    }

    private mutating func putOff(_ delivery: Delivery) throws -> DeliveryReceipt {
        let now = terms.clock()
        var receipt = try journal(
            delivery, outcome: DeliveryOutcome.accepted, reason: nil, decisions: [.lookedInto("being looked into")])
        try rows.setDeferral(
            JournalEntry.Deferral(since: now, dueAt: now, only: delivery.only), of: receipt.sequence)
        noteDueWork()
        receipt.isDeferred = true
        return receipt
    }

    /// An answer about changed paths: the delivery that raised the question tells what became of it.
    mutating func take(
        _ command: PipelineCommand, to question: ChangedPathsQuestion, on pipeline: PipelineName
    ) throws -> CommandOutcome {
        var word = DeliveryDecision(pipeline: pipeline, started: nil, reason: "nothing was started")
        let outcome: CommandOutcome
        do {
            let decision = try carryOut(command, on: pipeline)
            if decision.asks(question) { word.question = question.id }
            outcome = decision.outcome
        } catch let refusal as CommandRefusal {
            outcome = .ignored(reason: refusal.reason)
        }
        switch outcome {
        case .started(let id, let again):
            word.started = id
            word.reason = "a changed path matches the filter"
            if !again { note(question.delivery, thatStarted: id) }
        case .notStarted(let reason), .ignored(let reason): word.reason = reason
        default: break
        }
        try rows.amend(question.delivery, answering: question.id, with: word)
        return outcome
    }

    /// In the same transaction as the delivery; the host is asked when that is committed.
    private mutating func ask(_ open: OpenQuestion, about delivery: Int64) throws {
        var question = open.question
        question.delivery = delivery
        let effect = Effect(
            kind: .askChangedPaths(question), pipeline: open.pipeline, subject: .errand(question.id),
            dueAt: terms.clock())
        try schedule(effect)
    }

    mutating func journalDuplicate(
        _ delivery: Delivery, of former: DeliveryReceipt.Former
    ) throws -> DeliveryReceipt {
        var receipt = try journal(
            delivery, outcome: DeliveryOutcome.duplicate,
            reason: "this delivery had been accepted before, as number \(former.sequence)")
        receipt.isDuplicate = true
        receipt.former = former
        return receipt
    }

    mutating func journal(
        _ delivery: Delivery, outcome: String, reason: String?, decisions: [DeliveryDecision] = [],
        events: [SourceEvent]? = nil
    ) throws -> DeliveryReceipt {
        let sequence = try rows.append(
            JournalEntry(
                sequence: 0, hook: delivery.hook, hookName: delivery.hookName, provider: delivery.provider,
                deliveryID: delivery.deliveryID, event: delivery.event, receivedAt: delivery.receivedAt,
                headers: delivery.headers, body: delivery.body, bodySize: delivery.body.count, outcome: outcome,
                reason: reason, decisions: decisions, replayOf: delivery.replayOf,
                origin: delivery.origin == .hook ? nil : delivery.origin, events: events))
        return DeliveryReceipt(sequence: sequence, isDuplicate: false, decisions: decisions)
    }
}

extension DeliveryDecision {
    /// The one decision of a delivery that is on the desk.
    static func lookedInto(_ reason: String) -> DeliveryDecision {
        DeliveryDecision(pipeline: nil, started: nil, reason: reason)
    }
}

extension Decision {
    /// Whether the question goes to the host again.
    fileprivate func asks(_ question: ChangedPathsQuestion) -> Bool {
        effects.contains { change in
            guard case .schedule(let effect) = change, case .askChangedPaths(let next) = effect.kind else {
                return false
            }
            return next.id == question.id
        }
    }
}
