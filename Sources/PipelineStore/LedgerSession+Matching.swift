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

    init(_ delivery: Delivery) {
        connection = delivery.connection
        only = delivery.only
        rules = delivery.rules
        isReplay = delivery.replayOf != nil
        origin = delivery.origin
    }

    init(_ settlement: DeliverySettlement, of entry: JournalEntry) {
        connection = settlement.connection
        only = entry.deferral?.only
        rules = settlement.rules
        isReplay = entry.replayOf != nil
        origin = entry.origin ?? .hook
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
        let decided = findings.decisions.count
        if !bindings.isEmpty {
            if let reason = try lookWasQuicker(with: event, as: delivery) {
                return findings.decisions.append(DeliveryDecision(pipeline: nil, started: nil, reason: reason))
            }
            try tell(event, as: delivery)
        }
        while let pipeline = bindings.first?.pipeline {
            let end = bindings.firstIndex { $0.pipeline != pipeline } ?? bindings.endIndex
            let verdict = PipelineVerdict(bindings[..<end].map { ($0.action, match(event, $0)) })
            try carryOut(verdict, of: event, as: delivery, on: pipeline, into: &findings)
            bindings = bindings[end...]
        }
        for rule in delivery.rules where delivery.only == nil || rule.pipeline == delivery.only {
            guard let word = rule.verdict(on: event) else { continue }
            let verdict = PipelineVerdict(rule: word)
            try carryOut(verdict, of: event, as: delivery, on: rule.pipeline, into: &findings)
        }
        if findings.decisions.count == decided {
            findings.decisions.append(
                DeliveryDecision(
                    pipeline: delivery.only, started: nil,
                    reason: delivery.only.map { "pipeline \($0) has no source in \(event.repository)" }
                        ?? "no pipeline has a source in \(event.repository.prefix(200))"))
        }
    }

    private mutating func carryOut(
        _ verdict: PipelineVerdict, of event: SourceEvent, as delivery: DeliveryTerms, on pipeline: PipelineName,
        into findings: inout DeliveryFindings
    ) throws {
        let keys = delivery.isReplay ? [] : verdict.keys(event, pipeline)
        if let former = try formerStart(keys) {
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
                try note(keys, startedBy: Self.notKnownYet)
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
                try note(keys, startedBy: id)
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

    /// The execution that has all of these changes; `nil` when one of them is new.
    private func formerStart(_ keys: [ChangeKey]) throws -> ExecutionID? {
        var former: ExecutionID?
        for key in keys {
            guard let found = try rows.recentStart(key, since: terms.clock() - ChangeKey.window) else { return nil }
            former = found
        }
        return former
    }

    private mutating func note(_ keys: [ChangeKey], startedBy execution: ExecutionID) throws {
        let now = terms.clock()
        for key in keys { try rows.noteStart(key, of: execution, at: now, forgetting: now - ChangeKey.window) }
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

/// What one event means to one pipeline. Sources of the same repository that match together start it once, each with
/// its revision.
struct PipelineVerdict {
    private(set) var start: StartRequest?
    private(set) var reason: String
    /// What only the host can tell; asked when nothing else starts the pipeline.
    private(set) var questions: [ChangedPathsQuestion] = []

    /// The actions that start it, or would if the host's answer is yes.
    private var matched: [ActionName] = []
    private var isRule = false

    init(rule verdict: MatchVerdict) {
        switch verdict {
        case .starts(let request):
            start = request
            isRule = true
            reason = "matched by the hook's own rule"
        case .no(let why): reason = why
        case .asks: reason = "a hook's rule can't ask for changed paths"
        }
    }

    /// By which the same start is known when it is told of again.
    func keys(_ event: SourceEvent, _ pipeline: PipelineName) -> [ChangeKey] {
        let actions = isRule ? ["starts:"] : matched.map(\.rawValue)
        let keys = actions.compactMap { ChangeKey(event, pipeline: pipeline, action: $0) }
        return keys.count == actions.count ? keys : []
    }

    init(_ verdicts: [(action: ActionName, verdict: MatchVerdict)]) {
        var refusals: [String] = []
        var asked: [ActionName] = []
        for (action, verdict) in verdicts {
            switch verdict {
            case .no(let reason):
                if !refusals.contains(reason) { refusals.append(reason) }
            case .asks(let question):
                questions.append(question)
                asked.append(action)
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
        if matched.isEmpty { matched = asked }
    }
}
