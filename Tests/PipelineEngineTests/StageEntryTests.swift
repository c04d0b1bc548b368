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

    @Test(arguments: ExecutionMode.allCases)
    func `any mode runs as SUPERSEDED until the others exist`(mode: ExecutionMode) throws {
        var probe = try EngineProbe(Self.line) { $0.executionMode = mode }
        try probe.run("start, start")
        #expect(try probe.execution(2).status == .superseded)
    }
}
