package import PipelineModel

/// What one event means to one pipeline. Sources of the same repository that match together start it once, each with
/// its revision.
package struct PipelineVerdict {
    package private(set) var start: StartRequest?
    package private(set) var reason: String
    /// What only the host can tell; asked when nothing else starts the pipeline.
    package private(set) var questions: [ChangedPathsQuestion] = []

    /// The actions that start it, or would if the host's answer is yes.
    private var matched: [ActionName] = []
    private var isRule = false

    package init(rule verdict: MatchVerdict) {
        switch verdict {
        case .starts(let request):
            start = request
            isRule = true
            reason = "matched by the hook's own rule"
        case .no(let why): reason = why
        case .asks: reason = "a hook's rule can't ask for changed paths"
        }
    }

    /// Who is started: what is remembered of a change that is told twice.
    package func starters(of pipeline: PipelineName) -> [String] {
        (isRule ? ["starts:"] : matched.map(\.rawValue)).map { "\(pipeline)/\($0)" }
    }

    package init(_ verdicts: [(action: ActionName, verdict: MatchVerdict)]) {
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
