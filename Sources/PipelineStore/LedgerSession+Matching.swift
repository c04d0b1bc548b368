import PipelineEngine
import PipelineModel

/// What matching needs to know of a delivery beside its events.
struct DeliveryTerms {
    var connection: ConnectionARN?
    var only: PipelineName?
    var rules: [StartRule]
    /// Somebody asks for it again: what started before starts again.
    var isReplay: Bool
    var origin: Delivery.Origin
    /// As ``ChangeStory`` keeps it: the hook, or the looks at refs.
    var teller: String

    init(_ delivery: Delivery) {
        connection = delivery.connection
        only = delivery.only
        rules = delivery.rules
        isReplay = delivery.replayOf != nil
        origin = delivery.origin
        teller = origin == .refs ? "" : delivery.hook.rawValue
    }

    init(_ settlement: DeliverySettlement, of entry: JournalEntry) {
        connection = settlement.connection
        only = entry.deferral?.only
        rules = settlement.rules
        isReplay = entry.replayOf != nil
        origin = entry.origin ?? .hook
        teller = origin == .refs ? "" : entry.hook.rawValue
    }
}

/// Matching: each event with the pipelines that listen to its repository, and with the hook's own rules.
extension LedgerSession {
    mutating func findings(
        of events: [SourceEvent], as delivery: DeliveryTerms, match: EventMatcher
    ) throws -> DeliveryFindings {
        var findings = DeliveryFindings()
        for event in events { try decide(event, as: delivery, match: match, into: &findings) }
        return findings
    }

    private mutating func decide(
        _ event: SourceEvent, as delivery: DeliveryTerms, match: EventMatcher, into findings: inout DeliveryFindings
    ) throws {
        var bindings = index.bindings(of: event)[...]
        if let only = delivery.only { bindings = bindings.filter { $0.pipeline == only }[...] }
        let rules = delivery.rules.compactMap { rule in
            delivery.only == nil || rule.pipeline == delivery.only
                ? rule.verdict(on: event).map { (rule.pipeline, $0) } : nil
        }
        let decided = findings.decisions.count
        var telling = bindings.isEmpty && rules.isEmpty ? nil : try telling(of: event, as: delivery)
        let isHeard = !bindings.isEmpty
        if isHeard, let reason = try lookWasQuicker(with: event, as: delivery) {
            keep(telling)
            return findings.decisions.append(DeliveryDecision(pipeline: nil, started: nil, reason: reason))
        }
        while let pipeline = bindings.first?.pipeline {
            let end = bindings.firstIndex { $0.pipeline != pipeline } ?? bindings.endIndex
            let verdict = PipelineVerdict(bindings[..<end].map { ($0.action, match(event, $0)) })
            try carryOut(verdict, of: &telling, on: pipeline, into: &findings)
            bindings = bindings[end...]
        }
        for (pipeline, word) in rules {
            try carryOut(PipelineVerdict(rule: word), of: &telling, on: pipeline, into: &findings)
        }
        keep(telling)
        // Where a look at the refs must decide, it must not hear that somebody told of it.
        if isHeard, telling?.isDoubtful != true { try tell(event, as: delivery) }
        if findings.decisions.count == decided {
            findings.decisions.append(
                DeliveryDecision(
                    pipeline: delivery.only, started: nil,
                    reason: delivery.only.map { "pipeline \($0) has no source in \(event.repository)" }
                        ?? "no pipeline has a source in \(event.repository.prefix(200))"))
        }
    }

    private mutating func carryOut(
        _ verdict: PipelineVerdict, of telling: inout ChangeTelling?, on pipeline: PipelineName,
        into findings: inout DeliveryFindings
    ) throws {
        let starters = verdict.starters(of: pipeline)
        if let former = telling?.formerStart(of: starters) {
            let reason =
                former == Self.notKnownYet
                ? "the host is being asked about the same change, which another delivery told of"
                : "execution \(former) was started for the same change a moment ago"
            return findings.decisions.append(DeliveryDecision(pipeline: pipeline, started: nil, reason: reason))
        }
        guard let start = verdict.start else {
            if verdict.questions.isEmpty {
                findings.decisions.append(DeliveryDecision(pipeline: pipeline, started: nil, reason: verdict.reason))
            } else {
                telling?.note(starters, startedBy: Self.notKnownYet)
                raise(verdict, on: pipeline, into: &findings)
            }
            return
        }
        var decision = DeliveryDecision(pipeline: pipeline, started: nil, reason: "nothing was started")
        do {
            switch try perform(.start(start), on: pipeline) {
            case .started(let id, let again):
                decision.started = id
                decision.reason = again ? "the same start had been asked for before" : verdict.reason
                if !again { findings.started.append(id) }
                telling?.note(starters, startedBy: id)
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

    /// In the place of an execution while the host is asked whether there is to be one.
    private static var notKnownYet: ExecutionID { "" }

    // MARK: What was told before

    /// `nil`: a replay, which is asked for, or an event that can't be told from another.
    private func telling(of event: SourceEvent, as delivery: DeliveryTerms) throws -> ChangeTelling? {
        guard !delivery.isReplay, let change = ToldChange(event) else { return nil }
        let now = terms.clock()
        var story = try story(of: change.subject)
        story.forget(before: now - ToldChange.window)
        return ChangeTelling(of: change, by: delivery.teller, at: now, in: story)
    }

    /// A story without a start has nothing to tell.
    private mutating func keep(_ telling: ChangeTelling?) {
        guard let telling, telling.story.hasStarts else { return }
        keep(telling.story, of: telling.change.subject)
    }

    /// One decision for each question, so that each answer finds its own.
    private mutating func raise(
        _ verdict: PipelineVerdict, on pipeline: PipelineName, into findings: inout DeliveryFindings
    ) {
        var ids = terms.ids()
        for question in verdict.questions {
            var question = question
            question.id = SubjectID(ids.uuid())
            findings.questions.append(OpenQuestion(pipeline: pipeline, question: question))
            findings.decisions.append(
                DeliveryDecision(pipeline: pipeline, started: nil, reason: verdict.reason, question: question.id))
        }
    }

    // MARK: What is known of refs

    /// A look has found the change before its delivery came.
    private func lookWasQuicker(with event: SourceEvent, as delivery: DeliveryTerms) throws -> String? {
        guard delivery.origin != .refs, !delivery.isReplay, let connection = delivery.connection,
            let move = event.refMove
        else { return nil }
        let repository = WatchedRepository(connection: connection, repository: event.repository)
        guard let known = try rows.untoldRef(move.ref, of: repository), let look = known.seenBy,
            known.commit ?? KnownRef.gone == move.commit
        else { return nil }
        return "a look at the repository's refs had found this before: see delivery \(look)"
    }

    private mutating func tell(_ event: SourceEvent, as delivery: DeliveryTerms) throws {
        guard delivery.origin != .refs, !delivery.isReplay, let connection = delivery.connection,
            let move = event.refMove, move.ref.utf8.count <= 1000
        else { return }
        let repository = WatchedRepository(connection: connection, repository: event.repository)
        try rows.tell(move.ref, of: repository, pointsTo: move.commit)
    }
}

/// What a delivery's events have led to so far.
struct DeliveryFindings {
    var decisions: [DeliveryDecision] = []
    var started: [ExecutionID] = []
    var questions: [OpenQuestion] = []
}

/// A question that waits for the number of its delivery.
struct OpenQuestion {
    var pipeline: PipelineName
    var question: ChangedPathsQuestion
}
