import PipelineEngine
import PipelineModel
import Testing

@Suite struct OverrideTests {
    static let entry = "Source: a | Build(entry FAIL alarm): unit | Deploy: ship"
    static let skip = "Source: a | Build(entry SKIP alarm): unit | Deploy: ship"
    static let success = "Source: a | Build(success FAIL alarm): unit | Deploy: ship"
    static let rollback = "Source: a | Build(success ROLLBACK alarm): unit | Deploy: ship"
    static let failure = "Source: a | Build(failure ROLLBACK alarm): unit | Deploy: ship"

    static let scenes = [
        // While the rules run, and after one has failed.
        Scene(entry, "ok a, override Build 1", "1 InProgress in Build: unit"),
        Scene(entry, "ok a, rule fail alarm, override Build 1", "1 InProgress in Build: unit"),
        Scene(entry, "ok a, rule fault alarm, override Build 1, ok unit", "1 InProgress in Deploy: ship"),
        Scene(
            entry, "ok a, rule fail alarm, override Build 1, fail unit, retry Build 1", "1 InProgress in Build: unit"),
        Scene(skip, "ok a, override Build 1", "1 InProgress in Build: unit"),
        Scene(success, "ok a, ok unit, override Build 1 ON_SUCCESS", "1 InProgress in Deploy: ship"),
        Scene(success, "ok a, ok unit, rule fail alarm, override Build 1 ON_SUCCESS", "1 InProgress in Deploy: ship"),
        Scene(rollback, "ok a, ok unit, override Build 1 ON_SUCCESS", "1 InProgress in Deploy: ship"),
        Scene(rollback, "ok a, ok unit, rule fail alarm, override Build 1 ON_SUCCESS", "1 InProgress in Deploy: ship"),
        // The failure stays, without a rollback.
        Scene(failure, "ok a, fail unit, override Build 1 ON_FAILURE", "1 Failed"),
        // It holds the lock again.
        Scene(
            entry, "ok a, rule fail alarm, start, override Build 1, ok a",
            "1 InProgress in Build: unit, 2 InProgress before Build"),
        Scene("PARALLEL; \(entry)", "ok a, rule fail alarm, override Build 1", "1 InProgress at Build: unit"),
        Scene(
            "PARALLEL; \(entry)", "ok a, start, ok a, override Build 2, rule fail alarm.1",
            "1 Failed, 2 InProgress at Build: unit"),
        // PARALLEL: after an update as well, while it runs on.
        Scene(
            "PARALLEL; \(entry)", "ok a, redraw PARALLEL; Source: a | Ship: go, override Build 1, ok unit",
            "1 InProgress at Deploy: ship"),
        Scene(
            "Source: a | Build(entry FAIL alarm): unit", "ok a, rule fail alarm, override Build 1, ok unit",
            "1 Succeeded"),
    ]

    @Test(arguments: scenes) func `an overridden condition blocks no longer`(scene: Scene) throws { try scene.check() }

    static let changed = "The pipeline's definition has changed since the execution started. Start a new execution."
    static let given = "The condition was given up when the execution ended."
    static let twice = "The condition has been overridden already."

    static let refusals: [(drawing: String, steps: String, override: String, refusal: CommandRefusal)] = [
        (entry, "ok a", "override None 1", .stageNotFound),
        (entry, "", "override Build 1", .notLatestExecution),
        (entry, "ok a, rule fail alarm, start, ok a", "override Build 1", .notLatestExecution),
        (
            entry, "ok a", "override Build 1 ON_SUCCESS",
            .conditionNotOverridable("Stage 'Build' has no condition ON_SUCCESS that was judged in this execution.")
        ),
        (entry, "ok a, rule ok alarm", "override Build 1", .conditionNotOverridable("The condition has been met.")),
        (entry, "ok a, override Build 1", "override Build 1", .conditionNotOverridable(twice)),
        (entry, "ok a, stop 1", "override Build 1", .conditionNotOverridable(given)),
        (entry, "ok a, rule fail alarm, update", "override Build 1", .conditionNotOverridable(changed)),
        (entry, "ok a, update", "override Build 1", .conditionNotOverridable(changed)),
        (
            skip, "ok a, rule fail alarm", "override Build 1",
            .conditionNotOverridable("The execution has left stage 'Build'.")
        ),
        (
            "Source: a | Build(entry SKIP alarm): unit", "ok a, rule fail alarm", "override Build 1",
            .conditionNotOverridable("The condition does not block the execution: stage 'Build' is Skipped.")
        ),
        (
            failure, "ok a, fail unit, rule fail alarm", "override Build 1 ON_FAILURE",
            .conditionNotOverridable("The condition does not block the execution: stage 'Build' is Failed.")
        ),
        (
            "PARALLEL; \(entry)", "ok a, rule fail alarm, update", "override Build 1",
            .conditionNotOverridable(changed)
        ),
        ("PARALLEL; \(entry)", "", "override Build 1", .notLatestExecution),
    ]

    @Test(arguments: refusals) func `what can't be overridden is refused`(
        drawing: String, steps: String, override: String, refusal: CommandRefusal
    ) throws {
        var probe = try EngineProbe(drawing)
        try probe.run(steps)
        let before = probe.state
        #expect(try probe.refusal(of: override) == refusal)
        #expect(probe.state == before)
    }

    @Test func `rules that ran are abandoned, and who overrode is kept`() throws {
        var probe = try EngineProbe(Self.entry)
        try probe.run("ok a")
        let rule = RuleReference(try probe.judging("alarm"))
        let decision = try probe.perform(
            .overrideCondition("Build", try probe.id("1"), .beforeEntry, by: EngineProbe.ann))
        #expect(decision.outcome == .conditionOverridden)
        #expect(decision.events.map(\.kind) == ["ruleAbandoned", "conditionOverridden", "actionStarted"])
        let condition = try probe.condition(.beforeEntry)
        #expect(condition.status == .overridden)
        #expect(condition.summary == "Overridden by \(EngineProbe.ann)")
        #expect(condition.rules.map(\.updatedBy) == [EngineProbe.ann])
        #expect(probe.effects.contains { $0.kind == .cancelRule && $0.subject == .rule(rule) })
    }

    @Test func `a failed execution resumes, and its rules keep their outcome`() throws {
        var probe = try EngineProbe("Source: a | Build(entry FAIL alarm+window): unit")
        try probe.run("ok a, rule fail alarm")
        let decision = try probe.perform(
            .overrideCondition("Build", try probe.id("1"), .beforeEntry, by: EngineProbe.ann))
        #expect(decision.events.map(\.kind) == ["executionResumed", "conditionOverridden", "actionStarted"])
        #expect(try probe.condition(.beforeEntry).rules.map(\.status) == [.failed, .abandoned])
        #expect(try probe.condition(.beforeEntry).rules.map(\.updatedBy) == [nil, nil])
        #expect(try probe.execution(1).statusSummary == nil)
    }

    @Test func `a PARALLEL execution comes back from the ledger`() throws {
        var probe = try EngineProbe("PARALLEL; \(Self.entry)")
        try probe.run("ok a, rule fail alarm")
        #expect(probe.state?.executions.isEmpty == true)
        let decision = try probe.perform(
            .overrideCondition("Build", try probe.id("1"), .beforeEntry, by: EngineProbe.ann))
        #expect(
            decision.events.map(\.kind) == [
                "executionRecalled", "executionResumed", "conditionOverridden", "actionStarted",
            ])
    }
}
