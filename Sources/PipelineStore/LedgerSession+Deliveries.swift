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
            var findings = Findings()
            for event in events { try decide(event, match: match, into: &findings) }
            let receipt = try journal(
                delivery, outcome: DeliveryOutcome.accepted, reason: events.isEmpty ? "it holds no event" : nil,
                decisions: findings.decisions)
            for execution in findings.started { note(receipt.sequence, thatStarted: execution) }
            for question in findings.questions { try ask(question, about: receipt.sequence) }
            return receipt
        }
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

    func isDuplicate(_ delivery: Delivery) throws -> Bool {
        guard delivery.replayOf == nil else { return false }
        return try rows.hasTaken(delivery.deliveryID, hook: delivery.hook)
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

    private mutating func decide(_ event: SourceEvent, match: Matcher, into findings: inout Findings) throws {
        let bindings = index.bindings(of: event)
        guard !bindings.isEmpty else {
            return findings.decisions.append(
                DeliveryDecision(
                    pipeline: nil, started: nil, reason: "no pipeline has a source in \(event.repository)"))
        }
        var rest = bindings[...]
        while let pipeline = rest.first?.pipeline {
            let end = rest.firstIndex { $0.pipeline != pipeline } ?? rest.endIndex
            let verdict = PipelineVerdict(rest[..<end].map { ($0.action, match(event, $0)) })
            try carryOut(verdict, on: pipeline, into: &findings)
            rest = rest[end...]
        }
    }

    private mutating func carryOut(
        _ verdict: PipelineVerdict, on pipeline: PipelineName, into findings: inout Findings
    ) throws {
        guard let start = verdict.start else {
            guard verdict.questions.isEmpty else { return raise(verdict, on: pipeline, into: &findings) }
            return findings.decisions.append(
                DeliveryDecision(pipeline: pipeline, started: nil, reason: verdict.reason))
        }
        var decision = DeliveryDecision(pipeline: pipeline, started: nil, reason: "nothing was started")
        do {
            switch try perform(.start(start), on: pipeline) {
            case .started(let id, let again):
                decision.started = id
                decision.reason = again ? "the same start had been asked for before" : verdict.reason
                if !again { findings.started.append(id) }
            case .notStarted(let reason): decision.reason = reason
            default: break
            }
        } catch let refusal as CommandRefusal {
            decision.reason = refusal.reason
        } catch LedgerError.unreadable(let reason) {
            decision.reason = LedgerError.unreadable(reason).description
        }
        findings.decisions.append(decision)
    }

    /// One decision for each question, so that each answer finds its own.
    private mutating func raise(_ verdict: PipelineVerdict, on pipeline: PipelineName, into findings: inout Findings) {
        var ids = terms.ids()
        for question in verdict.questions {
            var question = question
            question.id = SubjectID(ids.uuid())
            findings.questions.append(OpenQuestion(pipeline: pipeline, question: question))
            findings.decisions.append(
                DeliveryDecision(pipeline: pipeline, started: nil, reason: verdict.reason, question: question.id))
        }
    }

    mutating func journalDuplicate(_ delivery: Delivery) throws -> DeliveryReceipt {
        try journal(
            delivery, outcome: DeliveryOutcome.duplicate, reason: "this delivery had been accepted before",
            isDuplicate: true)
    }

    mutating func journal(
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

/// What a delivery's events have led to so far.
private struct Findings {
    var decisions: [DeliveryDecision] = []
    var started: [ExecutionID] = []
    var questions: [OpenQuestion] = []
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
                let reason = "the host is asked which paths have changed"
                if !refusals.contains(reason) { refusals.append(reason) }
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
