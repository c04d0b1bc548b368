import PipelineModel

/// The answer to a question about changed paths: a start, a reason for none, or the question again, later each time.
extension PipelineMachine {
    /// Attempts, with pauses that double from a quarter of a minute to an hour: about a day.
    static let pathAttempts = 32

    mutating func changedPaths(
        _ question: ChangedPathsQuestion, _ answer: ChangedPathsAnswer
    ) throws(CommandRefusal) -> CommandOutcome {
        switch answer {
        case .inspected(.some, _): return try startUnlessFull(question.request)
        case .inspected(nil, let count):
            return .notStarted(reason: "none of the \(count) changed paths matches the filter's file paths")
        case .impossible(let reason):
            return .notStarted(reason: "the changed paths can't be had: \(reason)")
        case .unavailable(let reason):
            guard question.attempt < Self.pathAttempts else {
                return .notStarted(reason: "the changed paths could not be had for a day: \(reason)")
            }
            ask(question)
            return .notStarted(reason: "the changed paths could not be had yet, they are asked for again: \(reason)")
        }
    }

    /// Nobody waits for the answer to an event's start (spec: execution-semantics §4, limit).
    private mutating func startUnlessFull(_ request: StartRequest) throws(CommandRefusal) -> CommandOutcome {
        do {
            return try start(request)
        } catch .concurrentExecutionsLimit {
            return .notStarted(reason: "\(Self.concurrentExecutions) executions of the pipeline run or wait already")
        }
    }

    private mutating func ask(_ question: ChangedPathsQuestion) {
        guard let pipeline = draft?.declaration.name else { return }
        var next = question
        next.attempt += 1
        let pause = min(3600, 15 * Double(1 << min(question.attempt - 1, 8)))
        change(
            .schedule(
                Effect(
                    kind: .askChangedPaths(next), pipeline: pipeline, subject: .errand(question.id),
                    dueAt: context.now + pause)))
    }
}
