import PipelineModel
import Testing

@testable import PipelineEngine

@Suite struct GateTests {
    static let entry = "Source: a | Build(entry FAIL alarm+window): unit | Deploy: ship"
    static let skip = "Source: a | Build(entry SKIP check): unit | Deploy: ship"
    static let success = "Source: a | Build(success FAIL check): unit lint | Deploy: ship"
    static let failure = "Source: a | Build(failure ROLLBACK alarm): unit lint | Deploy: ship"
    static let retry = "Source: a | Build(retry): unit lint pack@2 | Deploy: ship"
    static let retryAll = "Source: a | Build(retry ALL_ACTIONS): unit lint | Deploy: ship"

    static let scenes = [
        // Before entry: the stage is entered and locked, then the rules run.
        Scene(entry, "ok a", "1 InProgress in Build? alarm window"),
        Scene(entry, "ok a, start, ok a", "1 InProgress in Build? alarm window, 2 InProgress before Build"),
        Scene(entry, "ok a, rule ok alarm", "1 InProgress in Build? window"),
        Scene(entry, "ok a, rule ok window, rule ok alarm", "1 InProgress in Build: unit"),
        Scene(entry, "ok a, rule fail window", "1 Failed"),
        Scene(entry, "ok a, rule ok alarm, rule fail window", "1 Failed"),
        Scene(entry, "ok a, start, ok a, rule fail alarm", "1 Failed, 2 InProgress in Build? alarm window"),
        Scene(skip, "ok a, rule ok check", "1 InProgress in Build: unit"),
        Scene(skip, "ok a, rule fail check", "1 InProgress in Deploy: ship"),
        Scene(skip, "ok a, start, ok a, rule fail check", "1 InProgress in Deploy: ship, 2 InProgress in Build? check"),
        Scene("Source: a | Build(entry SKIP check): unit", "ok a, rule fail check", "1 Succeeded"),
        // After success: the stage is held until the verdict.
        Scene(success, "ok a, ok unit", "1 InProgress in Build: lint"),
        Scene(success, "ok a, ok unit, ok lint", "1 InProgress in Build? check"),
        Scene(success, "ok a, ok unit, ok lint, rule ok check", "1 InProgress in Deploy: ship"),
        Scene(success, "ok a, ok unit, ok lint, rule fail check", "1 Failed"),
        Scene(success, "ok a, fail unit, ok lint", "1 Failed"),
        Scene("Source: a | Build(success FAIL check): unit", "ok a, ok unit, rule ok check", "1 Succeeded"),
        // After a failure: when the stage has come to rest.
        Scene(failure, "ok a, fail unit", "1 InProgress in Build: lint"),
        Scene(failure, "ok a, fail unit, ok lint", "1 InProgress in Build? alarm"),
        Scene(failure, "ok a, fail unit, ok lint, rule ok alarm", "1 Failed"),
        Scene(failure, "ok a, fail unit, ok lint, rule fail alarm", "1 Failed"),
        Scene(failure, "ok a, ok unit, ok lint", "1 InProgress in Deploy: ship"),
        // An automatic retry: one for each entry of the stage.
        Scene(retry, "ok a, fail unit", "1 InProgress in Build: lint"),
        Scene(retry, "ok a, fail unit, ok lint", "1 InProgress in Build: unit"),
        Scene(retry, "ok a, fail unit, ok lint, ok unit", "1 InProgress in Build: pack"),
        Scene(retry, "ok a, fail unit, ok lint, fail unit", "1 Failed"),
        Scene(retry, "ok a, fail unit, ok lint, ok unit, fail pack", "1 Failed"),
        Scene(retry, "ok a, fail unit, ok lint, fail unit, retry Build 1, fail unit", "1 Failed"),
        Scene(retryAll, "ok a, fail unit, ok lint", "1 InProgress in Build: unit lint"),
        Scene(retryAll, "ok a, fail unit, ok lint, ok unit, ok lint", "1 InProgress in Deploy: ship"),
        Scene("Source(retry): a | Build: b", "fail a", "1 InProgress in Source: a"),
        Scene("Source(retry): a | Build: b", "fail a, fail a", "1 Failed"),
        Scene("Source(retry): a | Build: b", "start, fail a", "1 InProgress in Source: a, 2 InProgress before Source"),
        Scene(
            "PARALLEL; Source(retry): a | Build: b", "start, fail a.2",
            "1 InProgress at Source: a, 2 InProgress at Source: a"),
        // What fails to start is retried once as well, not for ever.
        Scene("Source: a | Build(retry): b<none", "ok a", "1 Failed"),
        Scene("Source: a | Build(retry ALL_ACTIONS): b<none c<none", "ok a", "1 Failed"),
        // A gate that fails is a failure of the stage: all of it runs again, the gate first.
        Scene("Source: a | Build(entry FAIL check; retry): b", "ok a, rule fail check", "1 InProgress in Build? check"),
        Scene("Source: a | Build(entry FAIL check; retry): b", "ok a, rule fail check, rule fail check", "1 Failed"),
        Scene(
            "Source: a | Build(success FAIL check; retry): b", "ok a, ok b, rule fail check", "1 InProgress in Build: b"
        ),
        // Neither a stop nor an update lets a further gate, retry or rollback start.
        Scene(success, "ok a, stop 1, ok unit, ok lint", "1 Stopped"),
        Scene(success, "ok a, update, ok unit, ok lint", "1 Cancelled"),
        Scene(failure, "ok a, stop 1, fail unit, ok lint", "1 Stopped"),
        Scene(failure, "ok a, update, fail unit, ok lint", "1 Cancelled"),
        Scene(retry, "ok a, stop 1, fail unit, ok lint", "1 Stopped"),
        Scene(retry, "ok a, update, fail unit, ok lint", "1 Cancelled"),
        // All three gates of one stage.
        Scene(
            "Source: a | Build(entry FAIL e; success FAIL s; failure ROLLBACK f): b",
            "ok a, rule ok e, fail b, rule ok f, retry Build 1, ok b, rule ok s", "1 Succeeded"),
    ]

    @Test(arguments: scenes) func `a gate decides the next step`(scene: Scene) throws { try scene.check() }

    @Test(arguments: ConditionStatus.allCases) func `a result engages when the condition is not met`(
        status: ConditionStatus
    ) {
        #expect(PipelineMachine.engages(status) == [.failed, .errored].contains(status))
    }

    static let statuses: [(drawing: String, steps: String, stages: String)] = [
        (skip, "ok a, rule fail check", "Source Succeeded, Build Skipped, Deploy InProgress"),
        (entry, "ok a, rule fail alarm", "Source Succeeded, Build Failed"),
        (success, "ok a, ok unit, ok lint", "Source Succeeded, Build InProgress"),
        (success, "ok a, ok unit, ok lint, rule fail check", "Source Succeeded, Build Failed"),
        (failure, "ok a, fail unit, ok lint", "Source Succeeded, Build InProgress"),
        (entry, "ok a, stop 1", "Source Succeeded, Build Stopped"),
        (entry, "ok a, update", "Source Succeeded, Build Cancelled"),
    ]

    @Test(arguments: statuses)
    func `a gate's verdict is the stage's status`(drawing: String, steps: String, stages: String) throws {
        var probe = try EngineProbe(drawing)
        try probe.run(steps)
        #expect(try probe.stages(of: 1) == stages)
    }

    @Test func `a failed gate is told in the execution's summary`() throws {
        var probe = try EngineProbe(Self.entry)
        try probe.run("ok a, rule fail alarm")
        #expect(
            try probe.execution(1).statusSummary == "The entry condition was not met: Rule 'alarm': red")
    }

    @Test func `a message that names its rule is not prefixed with it again`() throws {
        var probe = try EngineProbe(Self.entry)
        try probe.run("ok a")
        let rule = try #require(probe.runningRules.first { $0.rule == "alarm" })
        try probe.perform(.ruleFailed(RuleReference(rule), FailureDetails(.jobFailed, "Rule 'alarm': too loud")))
        #expect(
            try probe.execution(1).statusSummary == "The entry condition was not met: Rule 'alarm': too loud")
    }

    @Test func `an automatic retry is counted apart`() throws {
        var probe = try EngineProbe(Self.retry)
        try probe.run("ok a, fail unit, ok lint")
        #expect(
            try probe.execution(1).stages.last?.retry
                == RetryMetadata(manualAttempts: 0, automaticAttempts: 1, latestTrigger: .automated))
        #expect(try probe.refusal(of: "retry Build 1") == .conflict("Another retry of stage 'Build' is in progress."))
        try probe.run("fail unit, retry Build 1")
        #expect(
            try probe.execution(1).stages.last?.retry
                == RetryMetadata(manualAttempts: 1, automaticAttempts: 1, latestTrigger: .manual))
    }
}
