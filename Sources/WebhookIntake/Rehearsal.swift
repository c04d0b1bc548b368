import PipelineEngine
package import PipelineModel

/// What events would do to the pipelines as they are declared now: the matchmaker asked in a read.
struct Rehearsal {
    private static let pageSize = 100

    let events: [SourceEvent]
    let matchmaker: Matchmaker
    let rules: [StartRule]
    let only: PipelineName?

    func decisions(_ ledger: any LedgerQueries) async throws -> [RehearsedDecision] {
        var found: [RehearsedDecision] = []
        let bindings = try await bindings(ledger)
        for event in events {
            let concerned = bindings.filter { $0.repositoryKey == event.repository.lowercased() }
            let words =
                concerned.map { ($0.pipeline, matchmaker.verdict(on: event, for: $0)) }
                + rules.filter { only == nil || $0.pipeline == only }
                .compactMap { rule in rule.verdict(on: event).map { (rule.pipeline, $0) } }
            found += words.map(RehearsedDecision.init)
            if words.isEmpty {
                found.append(
                    RehearsedDecision(
                        pipeline: only, wouldStart: false, reason: "no pipeline has a source in \(event.repository)"))
            }
        }
        return found
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

    init(_ pipeline: PipelineName, _ verdict: MatchVerdict) {
        self.pipeline = pipeline
        switch verdict {
        case .starts(let request):
            wouldStart = true
            let revisions = request.input.sourceRevisions.map { "\($0.actionName) at \($0.revisionValue)" }
            reason = revisions.isEmpty ? "it matches" : revisions.joined(separator: ", ")
        case .asks:
            wouldStart = false
            reason = "the host would be asked which paths have changed"
        case .no(let why):
            wouldStart = false
            reason = why
        }
    }
}
