import PipelineEngine
import PipelineModel
import Testing

@Suite struct StopTests {
    static let line = "Source: fetch | Build: unit lint pack@2 | Deploy: ship"

    static let scenes = [
        Scene(line, "stop 1", "1 Stopping in Source: fetch"),
        Scene(line, "stop 1, ok fetch", "1 Stopped"),
        Scene(line, "stop 1, fail fetch", "1 Stopped"),
        Scene(line, "stop 1, timeout fetch", "1 Stopped"),
        Scene(line, "ok fetch, stop 1, ok unit", "1 Stopping in Build: lint"),
        // No next group, even if all succeed.
        Scene(line, "ok fetch, stop 1, ok unit, ok lint", "1 Stopped"),
        Scene(line, "ok fetch, fail unit, stop 1, ok lint", "1 Stopped"),
        Scene(line, "abandon 1", "1 Stopped"),
        Scene(line, "ok fetch, ok unit, abandon 1", "1 Stopped"),
        // Stepping up from waiting to giving up.
        Scene(line, "ok fetch, stop 1, abandon 1", "1 Stopped"),
        // The lock is free for the one that waits.
        Scene(line, "start, stop 1", "1 Stopping in Source: fetch, 2 InProgress before Source"),
        Scene(line, "start, stop 1, ok fetch", "1 Stopped, 2 InProgress in Source: fetch"),
        // One that waits stops at once.
        Scene(line, "start, stop 2", "1 InProgress in Source: fetch, 2 Stopped"),
        Scene(line, "start, abandon 2", "1 InProgress in Source: fetch, 2 Stopped"),
        Scene(line, "start, stop 2, ok fetch", "1 InProgress in Build: unit lint, 2 Stopped"),
        Scene(
            line, "ok fetch, start, ok fetch, stop 2, start",
            "1 InProgress in Build: unit lint, 2 Stopped, 3 InProgress in Source: fetch"),
    ]

    @Test(arguments: scenes) func `a stop ends an execution`(scene: Scene) throws { try scene.check() }

    static let notStoppable = CommandRefusal.executionNotStoppable(
        "Unable to stop the pipeline execution. The execution might already be in a Stopped state, or it might no "
            + "longer be in progress.")

    static let refusals: [(steps: String, stop: String, refusal: CommandRefusal)] = [
        ("stop 1", "stop 1", .duplicatedStopRequest),
        ("abandon 1", "abandon 1", notStoppable),
        ("fail fetch", "stop 1", notStoppable),
        ("start, start", "stop 2", notStoppable),
        ("start, stop 2", "abandon 2", notStoppable),
        ("update, ok fetch", "stop 1", notStoppable),
    ]

    @Test(arguments: refusals)
    func `what can't be stopped is refused`(steps: String, stop: String, refusal: CommandRefusal) throws {
        var probe = try EngineProbe(Self.line)
        try probe.run(steps)
        let before = probe.state
        #expect(try probe.refusal(of: stop) == refusal)
        #expect(probe.state == before)
    }

    @Test func `an unknown execution can't be stopped`() throws {
        var probe = try EngineProbe(Self.line)
        #expect(throws: Self.notStoppable) { try probe.perform(.stop("none", mode: .wait, reason: nil)) }
    }

    @Test func `abandoned work is ended and no longer heard`() throws {
        var probe = try EngineProbe("Source: fetch | Build: unit lint ok!")
        try probe.run("ok fetch, ok unit")
        let lint = try probe.reference("lint")
        let decision = try probe.perform(.stop(try probe.id("1"), mode: .abandon, reason: "enough"))
        #expect(decision.outcome == .stopping(try probe.id("1")))
        #expect(try probe.attempt("unit").status == .succeeded)
        #expect(try probe.attempt("lint").status == .abandoned)
        #expect(try probe.attempt("ok").status == .abandoned)
        #expect(try probe.attempt("ok").approvalToken == nil)
        #expect(probe.effects == [Effect(kind: .cancelAction, pipeline: "world", subject: .action(lint), dueAt: 1003)])
        let execution = try probe.execution(1)
        #expect(execution.stopReason == "enough")
        #expect(execution.stages.last?.status == .stopped)
    }

    @Test func `a stopping stage says so`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.perform(.stop(try probe.id("1"), mode: .wait, reason: "why"))
        let execution = try probe.execution(1)
        #expect(execution.status == .stopping)
        #expect(execution.stopMode == .wait)
        #expect(execution.stages.map(\.status) == [.stopping])
        // A step up without a reason keeps the first one.
        try probe.perform(.stop(execution.id, mode: .abandon, reason: nil))
        #expect(try probe.execution(1).stopReason == "why")
    }

    @Test func `one that waits keeps what it has passed`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok fetch, start, ok fetch, stop 2")
        #expect(try probe.execution(2).stages.map(\.status) == [.succeeded])
        #expect(probe.state?.stages["Build"]?.inbound.isEmpty == true)
    }
}
