import PipelineEngine
import PipelineModel
import Testing

@Suite struct TransitionTests {
    static let line = "Source: fetch | Build: unit | Deploy: ship"

    static let scenes = [
        Scene(line, "disable Build, ok fetch", "1 InProgress before Build"),
        Scene(line, "disable Build, ok fetch, enable Build", "1 InProgress in Build: unit"),
        // The way out of a stage is the way into the next; the last one leads nowhere.
        Scene(line, "disableout Source, ok fetch", "1 InProgress before Build"),
        Scene(line, "disableout Source, ok fetch, enable Build", "1 InProgress in Build: unit"),
        Scene(line, "disable Build, ok fetch, enableout Source", "1 InProgress in Build: unit"),
        Scene(line, "disableout Deploy, ok fetch, ok unit, ok ship", "1 Succeeded"),
        // The first stage's blocks new executions.
        Scene(line, "disable Source, start, ok fetch", "1 InProgress in Build: unit, 2 InProgress before Source"),
        Scene(
            line, "disable Source, start, ok fetch, enable Source",
            "1 InProgress in Build: unit, 2 InProgress in Source: fetch"),
        // Who is inside or beyond isn't touched.
        Scene(line, "ok fetch, disable Build, ok unit", "1 InProgress in Deploy: ship"),
        Scene(line, "ok fetch, disable Build, fail unit, retry Build 1", "1 InProgress in Build: unit"),
        // It keeps the chance of a retry while a newer one waits.
        Scene(
            line, "ok fetch, disable Build, start, ok fetch, fail unit, retry Build 1",
            "1 InProgress in Build: unit, 2 InProgress before Build"),
        // Both calls may come twice.
        Scene(line, "disable Build, disable Build, ok fetch", "1 InProgress before Build"),
        Scene(line, "enable Build, ok fetch, enable Build", "1 InProgress in Build: unit"),
        // The newest enters, in QUEUED mode all in order, in PARALLEL mode all at once.
        Scene(line, "disable Build, ok fetch, start, ok fetch", "1 Superseded, 2 InProgress before Build"),
        Scene(
            line, "disable Build, ok fetch, start, ok fetch, enable Build",
            "1 Superseded, 2 InProgress in Build: unit"),
        Scene(
            "QUEUED; \(line)", "disable Build, ok fetch, start, ok fetch",
            "1 InProgress before Build, 2 InProgress before Build"),
        Scene(
            "QUEUED; \(line)", "disable Build, ok fetch, start, ok fetch, enable Build",
            "1 InProgress in Build: unit, 2 InProgress before Build"),
        Scene(
            "PARALLEL; \(line)", "disable Build, ok fetch, start, ok fetch, enable Build",
            "1 InProgress at Build: unit, 2 InProgress at Build: unit"),
        // Stopped in front of it.
        Scene(line, "disable Build, ok fetch, stop 1, enable Build", "1 Stopped"),
        // An enabled transition doesn't open a held stage.
        Scene(
            line, "ok fetch, disable Build, start, ok fetch, enable Build",
            "1 InProgress in Build: unit, 2 InProgress before Build"),
        // It stays through an update, and goes with its stage.
        Scene(line, "disable Build, update, start, ok fetch, ok fetch", "1 Cancelled, 2 InProgress before Build"),
        Scene(
            line, "abandon 1, disable Build, redraw Source: fetch, redraw Source: fetch | Build: unit, start, ok fetch",
            "1 Stopped, 2 InProgress in Build: unit"),
    ]

    @Test(arguments: scenes) func `a closed transition holds whoever comes`(scene: Scene) throws { try scene.check() }

    static let longWaits = [
        Scene(line, "disable Build, ok fetch, days 29, enable Build", "1 InProgress in Build: unit"),
        Scene(line, "disable Build, ok fetch, days 31, enable Build", "1 InProgress before Build"),
        Scene(line, "disable Build, ok fetch, days 31, enable Build, enable Build", "1 InProgress before Build"),
        Scene(line, "disable Build, ok fetch, days 31, enable Build, stop 1", "1 Stopped"),
        // Closing it again doesn't make the wait shorter, opening and closing does.
        Scene(
            line, "disable Build, ok fetch, days 20, disable Build, days 20, enable Build",
            "1 InProgress before Build"),
        Scene(
            line, "disable Build, ok fetch, days 31, enable Build, disable Build, enable Build",
            "1 InProgress in Build: unit"),
        // Only time in front of it counts, and only while it is closed.
        Scene(line, "disable Build, days 31, ok fetch, enable Build", "1 InProgress in Build: unit"),
        Scene(
            line, "ok fetch, start, ok fetch, days 40, disable Build, enable Build, ok unit",
            "1 InProgress in Deploy: ship, 2 InProgress in Build: unit"),
        Scene(
            line, "disable Build, ok fetch, days 1, enable Build, start, ok fetch, days 40, enable Build, ok unit",
            "1 InProgress in Deploy: ship, 2 InProgress in Build: unit"),
        // The next arrival takes the place, or takes the others along.
        Scene(
            line, "disable Build, ok fetch, days 31, enable Build, start, ok fetch",
            "1 Superseded, 2 InProgress in Build: unit"),
        Scene(
            "QUEUED; \(line)", "disable Build, ok fetch, days 31, enable Build, start, ok fetch",
            "1 InProgress in Build: unit, 2 InProgress before Build"),
        Scene(
            "PARALLEL; \(line)", "disable Build, ok fetch, days 31, enable Build, start, ok fetch",
            "1 InProgress at Build: unit, 2 InProgress at Build: unit"),
    ]

    @Test(arguments: longWaits) func `who waited for more than 30 days doesn't resume by itself`(scene: Scene) throws {
        try scene.check()
    }

    @Test func `the last caller and reason are shown`() throws {
        var probe = try EngineProbe(Self.line)
        func set(_ by: String, _ reason: String?) -> PipelineCommand {
            .setTransition(TransitionChange(stage: "Build", type: .inbound, by: by, disabledReason: reason))
        }
        #expect(try probe.perform(set("ann", "holiday")).outcome == .transitionSet)
        try probe.perform(set("bob", "still"))
        #expect(
            probe.state?.stages["Build"]?.transition
                == TransitionState(
                    isEnabled: false, changedBy: "bob", changedAt: 1002, reason: "still", disabledAt: 1001))
        try probe.perform(set("cat", nil))
        #expect(
            probe.state?.stages["Build"]?.transition
                == TransitionState(
                    isEnabled: true, changedBy: "cat", changedAt: 1003, disabledAt: 1001, enabledAt: 1003))
    }

    @Test func `an unknown stage is refused`() throws {
        var probe = try EngineProbe(Self.line)
        #expect(try probe.refusal(of: "disable None") == .stageNotFound)
        #expect(try probe.refusal(of: "enableout None") == .stageNotFound)
        #expect(
            try probe.perform(
                .setTransition(TransitionChange(stage: "Deploy", type: .outbound, by: "ann", disabledReason: "x"))
            ).events.isEmpty)
    }
}
