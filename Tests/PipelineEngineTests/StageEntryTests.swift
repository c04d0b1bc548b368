import PipelineEngine
import PipelineModel
import Testing

@Suite struct StageEntryTests {
    static let line = "Source: fetch>app | Build: unit<app | Deploy: ship<app"

    static let scenes = [
        Scene(line, "start", "1 InProgress in Source: fetch, 2 InProgress before Source"),
        Scene(line, "ok fetch, start", "1 InProgress in Build: unit, 2 InProgress in Source: fetch"),
        // The slot holds one: a newer arrival supersedes whoever waits.
        Scene(
            line, "start, start",
            "1 InProgress in Source: fetch, 2 Superseded, 3 InProgress before Source"),
        Scene(
            line, "start, start, start",
            "1 InProgress in Source: fetch, 2 Superseded, 3 Superseded, 4 InProgress before Source"),
        // In front of a later stage as well.
        Scene(
            line, "ok fetch, start, ok fetch.2",
            "1 InProgress in Build: unit, 2 InProgress before Build"),
        Scene(
            line, "ok fetch, start, ok fetch.2, start, ok fetch.3",
            "1 InProgress in Build: unit, 2 Superseded, 3 InProgress before Build"),
        // Who waits in front of Build has left Source free.
        Scene(
            line, "ok fetch, start, ok fetch.2, start",
            "1 InProgress in Build: unit, 2 InProgress before Build, 3 InProgress in Source: fetch"),
        // When a stage is left, the waiting one enters: on success, failure and stop.
        Scene(
            line, "start, ok fetch", "1 InProgress in Build: unit, 2 InProgress in Source: fetch"),
        Scene(line, "start, fail fetch", "1 Failed, 2 InProgress in Source: fetch"),
        Scene(line, "start, abandon 1", "1 Stopped, 2 InProgress in Source: fetch"),
        Scene(
            line, "ok fetch, start, ok fetch.2, ok unit.1",
            "1 InProgress in Deploy: ship, 2 InProgress in Build: unit"),
        // An overtaken failure stays a failure.
        Scene(
            line, "ok fetch, fail unit, start, ok fetch", "1 Failed, 2 InProgress in Build: unit"),
        // Three stages move on one after the other.
        Scene(
            line, "ok fetch, start, ok fetch.2, start, ok unit.1, ok ship.1",
            "1 Succeeded, 2 InProgress in Build: unit, 3 InProgress in Source: fetch"),
        // What waits enters a stage whose actions all fail to start, and makes room for the next.
        Scene("Source: a | Build: b | Deploy: c<none", "ok a, ok b, start, ok a, ok b", "1 Failed, 2 Failed"),
    ]

    @Test(arguments: scenes) func `a stage holds one execution and one waits`(scene: Scene) throws {
        try scene.check()
    }

    @Test func `a superseded execution leaves the entrance and says for whom`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("start, start")
        let old = try probe.execution(2)
        let newer = try probe.execution(3)
        #expect(old.statusSummary == "Superseded by execution \(newer.id).")
        #expect(probe.state?.executions[old.id] == nil, "history lies in the ledger only")
        #expect(probe.departed[old.id]?.status == .superseded)
        #expect(probe.state?.stages["Source"]?.inbound.first?.id == newer.id)
    }

    @Test func `a finished execution stays while it is the latest of a stage`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok fetch, ok unit, ok ship, start, ok fetch")
        let first = try probe.execution(1)
        #expect(probe.state?.executions[first.id] == first)
        try probe.run("ok unit")
        #expect(probe.state?.executions[first.id] == nil)
        #expect(probe.departed[first.id] == first)
    }

    static let queue = "QUEUED; \(line)"

    static let queued = [
        Scene(
            queue, "start, start",
            "1 InProgress in Source: fetch, 2 InProgress before Source, 3 InProgress before Source"),
        Scene(
            queue, "start, start, ok fetch",
            "1 InProgress in Build: unit, 2 InProgress in Source: fetch, 3 InProgress before Source"),
        // A failure and a stop let the next one in at once.
        Scene(
            queue, "start, start, fail fetch", "1 Failed, 2 InProgress in Source: fetch, 3 InProgress before Source"),
        Scene(
            queue, "start, start, abandon 1", "1 Stopped, 2 InProgress in Source: fetch, 3 InProgress before Source"),
        // Who is stopped leaves the queue.
        Scene(
            queue, "start, start, stop 2, ok fetch",
            "1 InProgress in Build: unit, 2 Stopped, 3 InProgress in Source: fetch"),
        // In front of each stage, in the order in which they reach it; several queues at once.
        Scene(
            queue, "ok fetch, start, ok fetch, start, ok fetch",
            "1 InProgress in Build: unit, 2 InProgress before Build, 3 InProgress before Build"),
        Scene(
            queue, "ok fetch, start, ok fetch, start, ok fetch, ok unit",
            "1 InProgress in Deploy: ship, 2 InProgress in Build: unit, 3 InProgress before Build"),
        Scene(
            queue, "ok fetch, start, ok fetch, start, start",
            "1 InProgress in Build: unit, 2 InProgress before Build, 3 InProgress in Source: fetch, "
                + "4 InProgress before Source"),
        Scene("QUEUED; Source: a | Build: b<none", "ok a, start, ok a", "1 Failed, 2 Failed"),
    ]

    @Test(arguments: queued) func `in QUEUED mode nobody is superseded and all enter in order`(scene: Scene) throws {
        try scene.check()
    }

    static let side = "PARALLEL; \(line)"

    static let parallel = [
        Scene(
            side, "start, start",
            "1 InProgress at Source: fetch, 2 InProgress at Source: fetch, 3 InProgress at Source: fetch"),
        Scene(side, "start, ok fetch.2", "1 InProgress at Source: fetch, 2 InProgress at Build: unit"),
        Scene(side, "start, ok fetch.2, ok unit.2, ok ship.2", "1 InProgress at Source: fetch, 2 Succeeded"),
        Scene(side, "start, fail fetch.2, stop 1, ok fetch", "1 Stopped, 2 Failed"),
        Scene(
            side, "start, fail fetch, retry Source 1", "1 InProgress at Source: fetch, 2 InProgress at Source: fetch"),
    ]

    @Test(arguments: parallel) func `in PARALLEL mode each runs on its own copy of the stages`(scene: Scene) throws {
        try scene.check()
    }

    @Test func `a PARALLEL execution leaves the stages' doors alone`() throws {
        var probe = try EngineProbe(Self.side)
        try probe.run("ok fetch")
        #expect(probe.state?.stages.values.allSatisfy { $0 == StageState() } == true)
        try probe.run("ok unit, ok ship")
        #expect(probe.state?.executions.isEmpty == true)
    }

    @Test(arguments: [ExecutionMode.queued, .parallel]) func `fifty executions run or wait`(mode: ExecutionMode) throws
    {
        var probe = try EngineProbe("\(mode.rawValue); Source(entry FAIL check): fetch | Build: unit")
        try probe.run("rule fail check")
        for _ in 2...51 { try probe.run("start") }
        for step in [
            "start", "retryall Source 1", "override Source 1", "put fetch r1", "see fetch r1", "hook fetch r2",
        ] {
            let before = probe.state
            let refusal = try probe.refusal(of: step)
            // Another has entered since, where stages are shared.
            let isLate = mode == .queued && step.hasSuffix("Source 1")
            #expect(refusal == (isLate ? .notLatestExecution : .concurrentExecutionsLimit), "\(step)")
            #expect(probe.state == before)
        }
        try probe.run("stop 51, start")
        #expect(try probe.execution(52).status == .inProgress)
    }

    @Test func `a SUPERSEDED pipeline has no limit`() throws {
        var probe = try EngineProbe(Self.line)
        for _ in 2...60 { try probe.run("start") }
        #expect(probe.state?.executions.count == 2)
    }

    @Test func `an execution says what it waits for`() throws {
        var probe = try EngineProbe(Self.queue)
        try probe.run("start, start, disable Build, ok fetch")
        let reasons = probe.events.compactMap { event -> WaitReason? in
            if case .executionQueued(_, _, let reason) = event.event { reason } else { nil }
        }
        #expect(
            reasons == [
                .stageHeld(by: try probe.id("1")), .behind(try probe.id("2")),
                .transitionDisabled(by: EngineProbe.ann, reason: "closed"),
            ])
    }

    @Test func `a whole queue may pass through a stage at once`() throws {
        var probe = try EngineProbe("QUEUED; Source: a | Build: b<none")
        try probe.run("disable Build")
        for number in 1...50 { try probe.run(number == 50 ? "ok a" : "ok a, start") }
        try probe.run("enable Build")
        #expect(probe.executions.count == 50)
        #expect(probe.executions.allSatisfy { $0.status == .failed })
        let entered = probe.events.compactMap { event -> ExecutionID? in
            if case .stageEntered(let id, "Build") = event.event { id } else { nil }
        }
        #expect(entered == probe.executions.map(\.id))
    }
}
