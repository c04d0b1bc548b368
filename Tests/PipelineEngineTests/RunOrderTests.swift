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
