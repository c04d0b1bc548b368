import PipelineEngine
import PipelineModel
import Testing

@Suite struct ChangedPathsTests {
    private static let question = ChangedPathsQuestion(
        id: "q", delivery: 7, connection: "arn:c", repository: "acme/app", change: .push(before: "a", after: "b"),
        filters: [], request: StartRequest(trigger: ExecutionTrigger(type: .webhookV2)))

    private static func world() throws -> EngineProbe {
        var probe = try EngineProbe("Source: fetch | Build: unit")
        try probe.run("abandon 1")
        return probe
    }

    @Test func `a match starts the pipeline`() throws {
        var probe = try Self.world()
        let decision = try probe.perform(.changedPaths(Self.question, .inspected(match: "docs/a", count: 3)))
        #expect(decision.outcome == .started(try probe.id("2"), again: false))
    }

    static let reasons: [(ChangedPathsAnswer, Int, String)] = [
        (.inspected(match: nil, count: 3), 1, "none of the 3 changed paths matches the filter's file paths"),
        (.impossible(reason: "no such commit"), 1, "the changed paths can't be had: no such commit"),
        (.unavailable(reason: "503"), 1, "the changed paths could not be had yet, they are asked for again: 503"),
        (.unavailable(reason: "503"), 32, "the changed paths could not be had for a day: 503"),
    ]

    @Test(arguments: reasons) func `what starts nothing says why`(
        answer: ChangedPathsAnswer, attempt: Int, reason: String
    ) throws {
        var probe = try Self.world()
        var question = Self.question
        question.attempt = attempt
        let decision = try probe.perform(.changedPaths(question, answer))
        #expect(decision.outcome == .notStarted(reason: reason))
        #expect(decision.events.isEmpty)
    }

    @Test func `it is asked again, later each time, for about a day`() throws {
        var probe = try Self.world()
        var question = Self.question
        var pauses: [Double] = []
        while true {
            let now = probe.now
            let decision = try probe.perform(.changedPaths(question, .unavailable(reason: "503")))
            guard case .schedule(let effect)? = decision.effects.first else { break }
            guard case .askChangedPaths(let next) = effect.kind else { break }
            #expect(effect.subject == .errand("q"))
            #expect(next.attempt == question.attempt + 1)
            pauses.append(effect.dueAt - now)
            question = next
        }
        #expect(pauses.prefix(3) == [15, 30, 60])
        #expect(pauses.max() == 3600)
        #expect((80_000...100_000).contains(pauses.reduce(0, +)))
    }

    @Test func `a full pipeline is a reason, a missing one a refusal`() throws {
        var probe = try EngineProbe("PARALLEL; Source: fetch")
        for _ in 2...50 { try probe.run("start") }
        let match = PipelineCommand.changedPaths(Self.question, .inspected(match: "a", count: 1))
        #expect(
            try probe.perform(match).outcome
                == .notStarted(reason: "50 executions of the pipeline run or wait already"))
        var nothing = EngineProbe()
        #expect(throws: CommandRefusal.pipelineNotFound) { try nothing.perform(match) }
        let later = PipelineCommand.changedPaths(Self.question, .unavailable(reason: "503"))
        #expect(try nothing.perform(later).effects.isEmpty)
    }
}
