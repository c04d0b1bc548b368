import PipelineEngine
import PipelineModel
import Testing

@Suite struct RetryTests {
    static let line = "Source: fetch>app | Build: unit<app>bin lint<app pack@2<bin | Deploy: ship<bin"

    static let scenes = [
        // Only what failed runs again, then the later groups.
        Scene(line, "ok fetch, fail unit, ok lint, retry Build 1", "1 InProgress in Build: unit"),
        Scene(line, "ok fetch, fail unit, ok lint, retry Build 1, ok unit", "1 InProgress in Build: pack"),
        Scene(line, "ok fetch, fail unit, fail lint, retry Build 1", "1 InProgress in Build: unit lint"),
        Scene(line, "ok fetch, ok unit, ok lint, fail pack, retry Build 1", "1 InProgress in Build: pack"),
        Scene(line, "ok fetch, ok unit, ok lint, fail pack, retry Build 1, fail pack", "1 Failed"),
        // Everything again.
        Scene(line, "ok fetch, ok unit, ok lint, fail pack, retryall Build 1", "1 InProgress in Build: unit lint"),
        Scene(
            line, "ok fetch, ok unit, ok lint, fail pack, retryall Build 1, ok unit, ok lint, ok pack",
            "1 InProgress in Deploy: ship"),
        // While a sibling runs on.
        Scene(line, "ok fetch, fail unit, retry Build 1", "1 InProgress in Build: unit lint"),
        Scene(line, "ok fetch, fail unit, retry Build 1, ok unit, ok lint", "1 InProgress in Build: pack"),
        Scene(line, "ok fetch, fail unit, retry Build 1, ok lint, fail unit", "1 Failed"),
        // Source stages as well, and stopped ones: abandoned counts as failed.
        Scene(line, "fail fetch, retry Source 1", "1 InProgress in Source: fetch"),
        Scene(line, "ok fetch, ok unit, abandon 1, retry Build 1", "1 InProgress in Build: lint"),
        Scene(line, "ok fetch, abandon 1, retryall Build 1, ok unit, ok lint", "1 InProgress in Build: pack"),
        Scene(line, "ok fetch, stop 1, fail unit, ok lint, retry Build 1, ok unit", "1 InProgress in Build: pack"),
        // It holds the lock again.
        Scene(
            line, "ok fetch, fail unit, ok lint, start, retry Build 1, ok fetch",
            "1 InProgress in Build: unit, 2 InProgress before Build"),
        // It can be stopped and retried again.
        Scene(line, "fail fetch, retry Source 1, stop 1, fail fetch, retry Source 1", "1 InProgress in Source: fetch"),
        // What can't start, fails again.
        Scene("Source: a | Build: b<none", "ok a, retry Build 1", "1 Failed"),
        Scene("Source: a | Build: b<none", "ok a, retryall Build 1", "1 Failed"),
    ]

    @Test(arguments: scenes) func `a failed stage runs again`(scene: Scene) throws { try scene.check() }

    static let refusals: [(steps: String, retry: String, refusal: CommandRefusal)] = [
        ("fail fetch", "retry None 1", .stageNotFound),
        ("fail fetch", "retry Build 1", .notLatestExecution),
        ("ok fetch, fail unit, ok lint, start, ok fetch", "retry Build 1", .notLatestExecution),
        ("start, stop 2", "retry Source 2", .notLatestExecution),
        ("ok fetch", "retry Source 1", .stageNotRetryable("The execution has passed stage 'Source'.")),
        ("ok fetch, fail unit, ok lint, update", "retry Build 1", changed),
        ("ok fetch, update, fail unit, ok lint", "retry Build 1", changed),
        ("ok fetch, fail unit, update", "retry Build 1", changed),
        (
            "", "retry Source 1",
            .stageNotRetryable("Stage 'Source' is in progress and no action of it has failed.")
        ),
        (
            "fail fetch, retry Source 1", "retry Source 1",
            .conflict("Another retry of stage 'Source' is in progress.")
        ),
        (
            "ok fetch, fail unit", "retryall Build 1",
            .stageNotRetryable(
                "Actions of stage 'Build' are still in progress: wait for them, or retry FAILED_ACTIONS.")
        ),
        ("ok fetch, fail unit, stop 1", "retry Build 1", .stageNotRetryable("Stage 'Build' is being stopped.")),
        (
            "stop 1, ok fetch", "retry Source 1",
            .stageNotRetryable("No action of stage 'Source' has failed in this execution.")
        ),
        (
            "ok fetch, ok unit, ok lint, ok pack, ok ship", "retry Deploy 1",
            .stageNotRetryable("Stage 'Deploy' is Succeeded, not Failed or Stopped.")
        ),
    ]

    static let changed = CommandRefusal.stageNotRetryable(
        "The pipeline's definition has changed since the execution started. Start a new execution.")

    @Test(arguments: refusals)
    func `what can't be retried is refused`(steps: String, retry: String, refusal: CommandRefusal) throws {
        var probe = try EngineProbe(Self.line)
        try probe.run(steps)
        let before = probe.state
        #expect(try probe.refusal(of: retry) == refusal)
        #expect(probe.state == before)
    }

    @Test func `an unknown execution is not the latest`() throws {
        var probe = try EngineProbe(Self.line)
        #expect(throws: CommandRefusal.notLatestExecution) {
            try probe.perform(.retry("Source", "none", .failedActions))
        }
    }

    @Test func `a retry keeps the execution and makes new attempts`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok fetch, fail unit, ok lint")
        let id = try probe.id("1")
        let (unit, lint) = (try probe.attempt("unit"), try probe.attempt("lint"))
        let decision = try probe.perform(.retry("Build", id, .failedActions))
        #expect(decision.outcome == .retried(id))
        #expect(decision.events.map(\.kind) == ["executionResumed", "stageRetried", "actionStarted"])
        let execution = try probe.execution(1)
        #expect(execution.status == .inProgress)
        #expect(execution.stages.map(\.name) == ["Source", "Build"])
        #expect(execution.stages[1].retry == RetryMetadata(manualAttempts: 1, latestTrigger: .manual))
        #expect(try probe.attempt("unit").id != unit.id)
        #expect(try probe.attempt("lint") == lint)
        #expect(probe.effects.allSatisfy { $0.subject.id != SubjectID(unit.id) })
        try probe.run("fail unit, retry Build 1")
        #expect(try probe.execution(1).stages[1].retry?.manualAttempts == 2)
    }

    @Test func `a retry while siblings run resumes nothing that runs`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok fetch, fail unit")
        let lint = try probe.attempt("lint")
        let decision = try probe.perform(.retry("Build", try probe.id("1"), .failedActions))
        #expect(decision.events.map(\.kind) == ["stageRetried", "actionStarted"])
        #expect(try probe.attempt("lint") == lint)
    }

    @Test func `a stopped execution that resumes has forgotten the stop`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("abandon 1")
        #expect(try probe.execution(1).stopReason == "enough")
        try probe.run("retry Source 1")
        let execution = try probe.execution(1)
        #expect(execution.stopMode == nil && execution.stopReason == nil)
        #expect(execution.stages.last?.status == .inProgress)
    }
}
