import PipelineEngine
import PipelineModel
import Testing

@Suite struct RunOrderTests {
    static let line = "Source: fetch>app | Build: unit<app>bin lint<app pack@2<bin>zip | Deploy: ship<zip"

    static let scenes = [
        Scene(line, "", "1 InProgress in Source: fetch"),
        Scene(line, "ok fetch", "1 InProgress in Build: unit lint"),
        Scene(line, "ok fetch, ok unit", "1 InProgress in Build: lint"),
        Scene(line, "ok fetch, ok unit, ok lint", "1 InProgress in Build: pack"),
        Scene(line, "ok fetch, ok unit, ok lint, ok pack", "1 InProgress in Deploy: ship"),
        Scene(line, "ok fetch, ok unit, ok lint, ok pack, ok ship", "1 Succeeded"),
        Scene(line, "ok fetch, ok unit, ok lint, ok pack, fail ship", "1 Failed"),
        Scene(line, "fail fetch", "1 Failed"),
        // A sibling runs on, and its success starts nothing.
        Scene(line, "ok fetch, fail unit", "1 InProgress in Build: lint"),
        Scene(line, "ok fetch, fail unit, ok lint", "1 Failed"),
        Scene(line, "ok fetch, fail unit, fail lint", "1 Failed"),
        // Run orders may have gaps and stand in any order.
        Scene("Source: b@7 a@3", "", "1 InProgress in Source: a"),
        Scene("Source: b@7 a@3", "ok a", "1 InProgress in Source: b"),
        Scene("Source: b@7 a@3", "ok a, ok b", "1 Succeeded"),
        // Every action of the group fails to start: the stage ends at once.
        Scene("Source: a | Build: b<none c<none", "ok a", "1 Failed"),
        Scene("Source: a | Build: b<none c", "ok a", "1 InProgress in Build: c"),
        Scene("Source: a | Build: b<none c", "ok a, ok c", "1 Failed"),
    ]

    static let wide = "PARALLEL; Source: a | Build: b1 b2 b3 b4 b5 b6 b7 c@2"

    static let limited = [
        Scene(wide, "ok a", "1 InProgress at Build: b1 b2 b3 b4 b5"),
        Scene(wide, "ok a, ok b2", "1 InProgress at Build: b1 b3 b4 b5 b6"),
        Scene(wide, "ok a, ok b2, ok b1, ok b3", "1 InProgress at Build: b4 b5 b6 b7"),
        Scene(wide, "ok a, ok b1, ok b2, ok b3, ok b4, ok b5, ok b6, ok b7", "1 InProgress at Build: c"),
        Scene(wide, "ok a, ok b1, ok b2, ok b3, ok b4, ok b5, ok b6, ok b7, ok c", "1 Succeeded"),
        // After a failure or a stop the rest isn't started.
        Scene(wide, "ok a, fail b1, ok b2", "1 InProgress at Build: b3 b4 b5"),
        Scene(wide, "ok a, fail b1, ok b2, ok b3, ok b4, ok b5", "1 Failed"),
        Scene(wide, "ok a, stop 1, ok b1", "1 Stopping at Build: b2 b3 b4 b5"),
        Scene(wide, "ok a, stop 1, ok b1, ok b2, ok b3, ok b4, ok b5", "1 Stopped"),
        // A retry keeps to the limit as well.
        Scene(wide, "ok a, fail b1, retry Build 1", "1 InProgress at Build: b2 b3 b4 b5 b1"),
        Scene(
            wide, "ok a, fail b1, ok b2, ok b3, ok b4, ok b5, retry Build 1", "1 InProgress at Build: b1 b6 b7"),
        Scene(wide, "ok a, abandon 1, retry Build 1", "1 InProgress at Build: b1 b2 b3 b4 b5"),
        Scene(wide, "ok a, abandon 1, retry Build 1, ok b1", "1 InProgress at Build: b2 b3 b4 b5 b6"),
        Scene(wide, "ok a, abandon 1, retryall Build 1", "1 InProgress at Build: b1 b2 b3 b4 b5"),
        // Each execution has its own five.
        Scene(
            wide, "ok a, start, ok a",
            "1 InProgress at Build: b1 b2 b3 b4 b5, 2 InProgress at Build: b1 b2 b3 b4 b5"),
        // One that can't start fails, and the rest isn't started.
        Scene("PARALLEL; Source: a | Build: b<none c d e f g h", "ok a", "1 InProgress at Build: c d e f"),
        Scene("PARALLEL; Source: a | Build: b c d e f g<none h", "ok a, ok b, ok c", "1 InProgress at Build: d e f"),
    ]

    @Test(arguments: limited) func `five actions of a PARALLEL execution run at a time`(scene: Scene) throws {
        try scene.check()
    }

    @Test(arguments: scenes) func `a stage runs its groups in order`(scene: Scene) throws { try scene.check() }

    @Test func `a failed stage and its execution end as Failed`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok fetch, fail unit, ok lint")
        let execution = try probe.execution(1)
        #expect(execution.stages.map(\.status) == [.succeeded, .failed])
        #expect(execution.status == .failed)
        #expect(try probe.attempt("lint").status == .succeeded)
        #expect(try probe.attempt("unit").failure == FailureDetails(.jobFailed, "broken"))
    }
}
