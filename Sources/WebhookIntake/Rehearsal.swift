import PipelineEngine
package import PipelineModel

/// What events would do to the pipelines as they are declared now: the matchmaker asked in a read.
struct Rehearsal {
    private static let pageSize = 100

    let events: [SourceEvent]
    let matchmaker: Matchmaker
    let rules: [StartRule]
    let only: PipelineName?
    let now: Double

    func decisions(_ ledger: any LedgerQueries) async throws -> [RehearsedDecision] {
        var found: [RehearsedDecision] = []
        var stage = Stage(ledger: ledger, now: now)
        let bindings = try await bindings(ledger)
        for event in events {
            let words = words(on: event, bindings)
            for (pipeline, verdict) in words { found.append(try await stage.play(verdict, on: pipeline)) }
            guard words.isEmpty else { continue }
            let nobody = only.map { "pipeline \($0) has no source" } ?? "no pipeline has a source"
            found.append(
                RehearsedDecision(pipeline: only, wouldStart: false, reason: "\(nobody) in \(event.repository)"))
        }
        return found
    }

    /// A pipeline's sources speak together, as they do in the ledger.
    private func words(on event: SourceEvent, _ bindings: [SourceBinding]) -> [(PipelineName, PipelineVerdict)] {
        var words: [(PipelineName, PipelineVerdict)] = []
        var concerned = bindings.filter { $0.repositoryKey == event.repository.lowercased() }[...]
        while let pipeline = concerned.first?.pipeline {
            let own = concerned.prefix { $0.pipeline == pipeline }
            words.append((pipeline, PipelineVerdict(own.map { ($0.action, matchmaker.verdict(on: event, for: $0)) })))
            concerned = concerned.dropFirst(own.count)
        }
        for rule in rules where only == nil || rule.pipeline == only {
            if let word = rule.verdict(on: event) { words.append((rule.pipeline, PipelineVerdict(rule: word))) }
        }
        return words
    }

    private func bindings(_ ledger: any LedgerQueries) async throws -> [SourceBinding] {
        var bindings: [SourceBinding] = []
        var after: PipelineName?
        while true {
            let page = try await ledger.pipelines(after: after, limit: Self.pageSize)
            bindings += page.flatMap { SourceBinding.bindings(of: $0.declaration) }
            guard let last = page.last, page.count == Self.pageSize else { break }
            after = last.declaration.name
        }
        return bindings.filter { only == nil || $0.pipeline == only }
    }
}

/// What a delivery would do to one pipeline.
package struct RehearsedDecision: Sendable, Equatable {
    /// `nil`: all of them.
    package var pipeline: PipelineName?
    package var wouldStart: Bool
    package var reason: String

    init(pipeline: PipelineName?, wouldStart: Bool, reason: String) {
        self.pipeline = pipeline
        self.wouldStart = wouldStart
        self.reason = reason
    }

    static func nothing(_ reason: String) -> RehearsedDecision {
        RehearsedDecision(pipeline: nil, wouldStart: false, reason: reason)
    }
}

/// The pipelines as they would be after what has been rehearsed so far.
private struct Stage {
    let ledger: any LedgerQueries
    let now: Double
    private var states: [PipelineName: PipelineState] = [:]

    init(ledger: any LedgerQueries, now: Double) {
        self.ledger = ledger
        self.now = now
    }

    mutating func play(_ verdict: PipelineVerdict, on pipeline: PipelineName) async throws -> RehearsedDecision {
        guard let start = verdict.start else {
            return RehearsedDecision(
                pipeline: pipeline, wouldStart: false,
                reason: verdict.questions.isEmpty
                    ? verdict.reason : "the host would be asked which paths have changed")
        }
        var known = states[pipeline]
        if known == nil { known = try await ledger.state(of: pipeline) }
        if let reason = refusal(of: start, on: pipeline, known) {
            return RehearsedDecision(pipeline: pipeline, wouldStart: false, reason: reason)
        }
        let revisions = start.input.sourceRevisions.map { "\($0.actionName) at \($0.revisionValue)" }
        return RehearsedDecision(
            pipeline: pipeline, wouldStart: true,
            reason: revisions.isEmpty ? "it matches" : revisions.joined(separator: ", "))
    }

    /// Why the pipeline would not start although the event matches, e.g. too many of its executions run.
    private mutating func refusal(
        of start: StartRequest, on pipeline: PipelineName, _ state: PipelineState?
    ) -> String? {
        do throws(CommandRefusal) {
            let decision = try PipelineMachine.decide(
                .start(start), on: state, in: DecisionContext(now: now, ids: RandomIDs(), settings: EngineSettings()))
            states[pipeline] = decision.state
            if case .notStarted(let reason) = decision.outcome { return reason }
            return nil
        } catch { return error.reason }
    }
}
