import PipelineEngine
import PipelineModel

/// The matchmaker's word on an event and a binding; given by whoever records a delivery.
typealias Matcher = @Sendable (SourceEvent, SourceBinding) -> MatchVerdict

extension LedgerSession {
    /// Journals a delivery and starts what it matches. A pipeline that can't start says why in its decision and doesn't
    /// hold back the others.
    mutating func record(_ delivery: Delivery, match: Matcher) throws -> DeliveryReceipt {
        switch delivery.content {
        case .refused(let code, let reason):
            return try journal(delivery, outcome: code, reason: reason)
        case .ignored(let reason):
            if try isDuplicate(delivery) { return try journalDuplicate(delivery) }
            return try journal(delivery, outcome: DeliveryOutcome.ignored, reason: reason)
        case .events(let events):
            if try isDuplicate(delivery) { return try journalDuplicate(delivery) }
            var decisions: [DeliveryDecision] = []
            var questions: [OpenQuestion] = []
            for event in events { try decisions += decide(event, match: match, questions: &questions) }
            let receipt = try journal(
                delivery, outcome: DeliveryOutcome.accepted, reason: events.isEmpty ? "it holds no event" : nil,
                decisions: decisions)
            for question in questions { try ask(question, about: receipt.sequence) }
            return receipt
        }
    }

    private func isDuplicate(_ delivery: Delivery) throws -> Bool {
        guard delivery.replayOf == nil else { return false }
        return try rows.hasTaken(delivery.deliveryID, hook: delivery.hook)
    }

    /// In the same transaction as the delivery; the host is asked when that is committed.
    private mutating func ask(_ open: OpenQuestion, about delivery: Int64) throws {
        var question = open.question
        var ids = terms.ids()
        question.id = SubjectID(ids.uuid())
        question.delivery = delivery
        let effect = Effect(
            kind: .askChangedPaths(question), pipeline: open.pipeline, subject: .errand(question.id),
            dueAt: terms.clock())
        try schedule(effect)
    }

    private mutating func decide(
        _ event: SourceEvent, match: Matcher, questions: inout [OpenQuestion]
    ) throws -> [DeliveryDecision] {
        let bindings = index.bindings(of: event)
        guard !bindings.isEmpty else {
            return [
                DeliveryDecision(
                    pipeline: nil, started: nil, reason: "no pipeline has a source in \(event.repository)")
            ]
        }
        var decisions: [DeliveryDecision] = []
        var rest = bindings[...]
        while let pipeline = rest.first?.pipeline {
            let end = rest.firstIndex { $0.pipeline != pipeline } ?? rest.endIndex
            let verdict = PipelineVerdict(rest[..<end].map { ($0.action, match(event, $0)) })
            if verdict.start == nil {
                questions += verdict.questions.map { OpenQuestion(pipeline: pipeline, question: $0) }
            }
            try decisions.append(carryOut(verdict, on: pipeline))
            rest = rest[end...]
        }
        return decisions
    }

    private mutating func carryOut(
        _ verdict: PipelineVerdict, on pipeline: PipelineName
    ) throws -> DeliveryDecision {
        guard let start = verdict.start else {
            return DeliveryDecision(pipeline: pipeline, started: nil, reason: verdict.reason)
        }
        do {
            switch try perform(.start(start), on: pipeline) {
            case .started(let id, let again):
                let reason = again ? "the same start had been asked for before" : verdict.reason
                return DeliveryDecision(pipeline: pipeline, started: id, reason: reason)
            case .notStarted(let reason):
                return DeliveryDecision(pipeline: pipeline, started: nil, reason: reason)
            default: return DeliveryDecision(pipeline: pipeline, started: nil, reason: "nothing was started")
            }
        } catch let refusal as CommandRefusal {
            return DeliveryDecision(pipeline: pipeline, started: nil, reason: refusal.reason)
        } catch LedgerError.unreadable(let reason) {
            return DeliveryDecision(
                pipeline: pipeline, started: nil, reason: LedgerError.unreadable(reason).description)
        }
    }

    private mutating func journalDuplicate(_ delivery: Delivery) throws -> DeliveryReceipt {
        try journal(
            delivery, outcome: DeliveryOutcome.duplicate, reason: "this delivery had been accepted before",
            isDuplicate: true)
    }

    private mutating func journal(
        _ delivery: Delivery, outcome: String, reason: String?, decisions: [DeliveryDecision] = [],
        isDuplicate: Bool = false
    ) throws -> DeliveryReceipt {
        let sequence = try rows.append(
            JournalEntry(
                sequence: 0, hook: delivery.hook, hookName: delivery.hookName, provider: delivery.provider,
                deliveryID: delivery.deliveryID, event: delivery.event, receivedAt: delivery.receivedAt,
                headers: delivery.headers, body: delivery.body, bodySize: delivery.body.count, outcome: outcome,
                reason: reason, decisions: decisions, replayOf: delivery.replayOf))
        return DeliveryReceipt(sequence: sequence, isDuplicate: isDuplicate, decisions: decisions)
    }
}

/// A question that waits for the number of its delivery.
private struct OpenQuestion {
    var pipeline: PipelineName
    var question: ChangedPathsQuestion
}

/// What one event means to one pipeline. Sources of the same repository that match together start it once, each with
/// its revision.
private struct PipelineVerdict {
    private(set) var start: StartRequest?
    private(set) var reason: String
    /// What only the host can tell; asked when nothing else starts the pipeline.
    private(set) var questions: [ChangedPathsQuestion] = []

    init(_ verdicts: [(action: ActionName, verdict: MatchVerdict)]) {
        var matched: [ActionName] = []
        var refusals: [String] = []
        for (action, verdict) in verdicts {
            switch verdict {
            case .no(let reason):
                if !refusals.contains(reason) { refusals.append(reason) }
            case .asks(let question):
                questions.append(question)
                refusals.append("the host is asked which paths have changed")
            case .starts(let request):
                matched.append(action)
                if start == nil {
                    start = request
                } else {
                    start?.input.sourceRevisions += request.input.sourceRevisions
                }
            }
        }
        reason =
            matched.isEmpty
            ? refusals.joined(separator: "; ")
            : "matched by source \(matched.map(\.rawValue).joined(separator: ", "))"
    }
}
