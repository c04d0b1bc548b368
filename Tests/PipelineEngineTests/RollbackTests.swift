import PipelineEngine
import PipelineModel
import Testing

@Suite struct RollbackTests {
    static let line = "Source: a>app | Build: unit<app>bin | Deploy: ship<bin"
    static let auto = "Source: a>app | Build: unit<app>bin | Deploy(rollback): ship<bin"
    static let gated = "Source: a | Deploy(success ROLLBACK alarm): ship"
    static let judged = "Source: a | Deploy(failure ROLLBACK alarm): ship"
    static let first = "ok a, ok unit, ok ship"

    static let scenes = [
        // By hand: the one stage, then the end.
        Scene(line, "\(first), rollback Deploy 1", "1 Succeeded, 2r InProgress in Deploy: ship"),
        Scene(line, "\(first), rollback Deploy 1, ok ship", "1 Succeeded, 2r Succeeded"),
        Scene(line, "\(first), rollback Build 1, ok unit", "1 Succeeded, 2r Succeeded"),
        Scene(line, "\(first), rollback Deploy 1, fail ship", "1 Succeeded, 2r Failed"),
        Scene(line, "\(first), rollback Deploy 1, fail ship, retry Deploy 2, ok ship", "1 Succeeded, 2r Succeeded"),
        Scene(line, "\(first), rollback Deploy 1, stop 2, ok ship", "1 Succeeded, 2r Stopped"),
        Scene(line, "\(first), rollback Deploy 1, update, ok ship", "1 Succeeded, 2r Cancelled"),
        Scene(
            line, "\(first), start, \(first), rollback Deploy 1",
            "1 Succeeded, 2 Succeeded, 3r InProgress in Deploy: ship"),
        // An execution that is still under way may be gone back to in a stage that it has passed.
        Scene(line, "ok a, ok unit, fail ship, rollback Build 1", "1 Failed, 2r InProgress in Build: unit"),
        // Others wait until it has left.
        Scene(
            line, "\(first), rollback Build 1, start, ok a",
            "1 Succeeded, 2r InProgress in Build: unit, 3 InProgress before Build"),
        Scene(
            line, "\(first), rollback Build 1, start, ok a, ok unit",
            "1 Succeeded, 2r Succeeded, 3 InProgress in Build: unit"),
        // A closed transition holds back new changes, not the way back; who waits there goes on waiting.
        Scene(
            line, "\(first), disable Deploy, start, ok a, ok unit, rollback Deploy 1",
            "1 Succeeded, 2 InProgress before Deploy, 3r InProgress in Deploy: ship"),
        Scene(
            line, "\(first), disable Deploy, start, ok a, ok unit, rollback Deploy 1, ok ship, enable Deploy",
            "1 Succeeded, 2 InProgress in Deploy: ship, 3r Succeeded"),
        Scene(
            "QUEUED; \(line)", "\(first), disable Deploy, start, ok a, ok unit, rollback Deploy 1, enable Deploy",
            "1 Succeeded, 2 InProgress before Deploy, 3r InProgress in Deploy: ship"),
        // Automatic: on every failure, or as a condition says.
        Scene(
            auto, "\(first), start, ok a, ok unit, fail ship", "1 Succeeded, 2 Failed, 3r InProgress in Deploy: ship"),
        Scene(auto, "\(first), start, ok a, ok unit, fail ship, ok ship", "1 Succeeded, 2 Failed, 3r Succeeded"),
        Scene(auto, "\(first), start, ok a, ok unit, fail ship, fail ship", "1 Succeeded, 2 Failed, 3r Failed"),
        Scene(auto, "ok a, ok unit, fail ship", "1 Failed"),
        Scene(auto, "\(first), update, start, ok a, ok unit, fail ship", "1 Succeeded, 2 Failed"),
        Scene(auto, "\(first), start, ok a, fail unit", "1 Succeeded, 2 Failed"),
        Scene(auto, "\(first), start, ok a, ok unit, stop 2, fail ship", "1 Succeeded, 2 Stopped"),
        Scene(
            "QUEUED; \(auto)", "\(first), start, ok a, ok unit, start, ok a, ok unit, fail ship",
            "1 Succeeded, 2 Failed, 3 InProgress before Deploy, 4r InProgress in Deploy: ship"),
        Scene(
            "QUEUED; \(auto)", "\(first), start, ok a, ok unit, start, ok a, ok unit, fail ship, ok ship",
            "1 Succeeded, 2 Failed, 3 InProgress in Deploy: ship, 4r Succeeded"),
        // The last that succeeded, whatever failed between; a rollback is never gone back to.
        Scene(
            auto, "\(first), start, ok a, ok unit, fail ship, ok ship, start, ok a, ok unit, fail ship",
            "1 Succeeded, 2 Failed, 3r Succeeded, 4 Failed, 5r InProgress in Deploy: ship"),
        Scene(
            gated, "ok a, ok ship, rule ok alarm, start, ok a, ok ship, rule fail alarm",
            "1 Succeeded, 2 Failed, 3r InProgress in Deploy: ship"),
        Scene(gated, "ok a, ok ship, rule fail alarm", "1 Failed"),
        Scene(
            gated, "ok a, ok ship, rule ok alarm, start, ok a, ok ship, rule fail alarm, ok ship, rule fail alarm",
            "1 Succeeded, 2 Failed, 3r Failed"),
        Scene(
            judged, "ok a, ok ship, start, ok a, fail ship, rule fail alarm",
            "1 Succeeded, 2 Failed, 3r InProgress in Deploy: ship"),
        Scene(judged, "ok a, ok ship, start, ok a, fail ship, rule ok alarm", "1 Succeeded, 2 Failed"),
        Scene(
            "Source: a | Deploy(entry FAIL alarm; rollback): ship",
            "ok a, rule ok alarm, ok ship, start, ok a, rule fail alarm",
            "1 Succeeded, 2 Failed, 3r InProgress in Deploy? alarm"),
    ]

    @Test(arguments: scenes) func `a rollback runs one stage again with what succeeded in it`(scene: Scene) throws {
        try scene.check()
    }

    private static func unable(_ text: String) -> CommandRefusal { .unableToRollBack(text) }

    static let refusals: [(drawing: String, steps: String, rollback: String, refusal: CommandRefusal)] = [
        (line, first, "rollback None 1", .stageNotFound),
        (line, first, "rollback Source 1", unable("The source stage can't be rolled back.")),
        ("PARALLEL; \(line)", first, "rollback Deploy 1", unable("A pipeline in PARALLEL mode can't be rolled back.")),
        (
            line, "\(first), update", "rollback Deploy 1",
            .executionOutdated("The execution ran with version 1 of the pipeline, which is at 2 now.")
        ),
        (
            line, "\(first), rollback Deploy 1, ok ship", "rollback Deploy 2",
            unable("The target is a rollback itself. Name the execution that it went back to.")
        ),
        (
            line, "ok a, ok unit, fail ship", "rollback Deploy 1",
            unable("The target execution did not succeed in stage 'Deploy'.")
        ),
        (line, "ok a", "rollback Deploy 1", unable("The target execution did not succeed in stage 'Deploy'.")),
        (
            "Source: a | Deploy(entry SKIP check): ship", "ok a, rule fail check", "rollback Deploy 1",
            unable("The target execution did not succeed in stage 'Deploy'.")
        ),
        (
            line, "\(first), start, ok a, ok unit", "rollback Deploy 1",
            unable("Stage 'Deploy' is in progress: wait until it has ended, or stop its execution.")
        ),
    ]

    @Test(arguments: refusals) func `what can't be rolled back is refused`(
        drawing: String, steps: String, rollback: String, refusal: CommandRefusal
    ) throws {
        var probe = try EngineProbe(drawing)
        try probe.run(steps)
        let before = probe.state
        #expect(try probe.refusal(of: rollback) == refusal)
        #expect(probe.state == before)
    }

    @Test func `unknown targets, other pipelines' and V1 pipelines are refused`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run(Self.first)
        let trigger = ExecutionTrigger(type: .manualRollback)
        #expect(throws: CommandRefusal.executionNotFound) {
            try probe.perform(.rollBack("Deploy", to: "none", trigger: trigger))
        }
        var old = try EngineProbe(Self.line) { $0.pipelineType = .v1 }
        try old.run(Self.first)
        #expect(try old.refusal(of: "rollback Deploy 1") == Self.unable("Only V2 pipelines can be rolled back."))
    }

    @Test func `a rollback has its target's revisions, variables and artifacts`() throws {
        var probe = try EngineProbe(Self.line) {
            $0.variables = [PipelineVariableDeclaration(name: "size", defaultValue: "small")]
            $0.change("a") { $0.namespace = "src" }
            $0.change("ship") { $0.configuration = ["Commit": .plain("#{src.CommitId} #{variables.size}")] }
        }
        let output = try probe.attempt("a").outputArtifacts[0]
        try probe.perform(
            .actionSucceeded(
                try probe.reference("a"),
                ActionResult(
                    outputs: [output], variables: ["CommitId": "abc", "AuthorEmail": "ann@example.com"],
                    revision: SourceRevision(actionName: "a", revisionID: "abc"))))
        try probe.run("ok unit, ok ship, start, ok a, fail unit")
        let target = try probe.execution(1)
        let trigger = ExecutionTrigger(type: .manualRollback, detail: EngineProbe.ann)
        let decision = try probe.perform(.rollBack("Deploy", to: target.id, trigger: trigger))
        let rollback = try probe.execution(3)
        #expect(decision.outcome == .rolledBack(rollback.id))
        #expect(decision.events.map(\.kind) == ["executionStarted", "stageEntered", "actionStarted"])
        #expect(rollback.type == .rollback)
        #expect(rollback.rollbackTarget == target.id)
        #expect(rollback.trigger == trigger)
        #expect(rollback.sourceRevisions == target.sourceRevisions)
        #expect(rollback.variables == ["size": "small"])
        #expect(rollback.artifacts == target.artifacts)
        #expect(rollback.authors == ["ann@example.com", EngineProbe.ann])
        let ship = try probe.attempt("ship", in: 3)
        #expect(ship.inputArtifacts == [try #require(target.artifacts["bin"])])
        #expect(ship.resolvedConfiguration == ["Commit": .plain("abc small")])
        #expect(rollback.stages.map(\.name) == ["Deploy"])
    }

    @Test func `an automatic rollback names the failed execution`() throws {
        var probe = try EngineProbe(Self.auto)
        try probe.run("\(Self.first), start, ok a, ok unit, fail ship")
        let failed = try probe.id("2")
        #expect(
            try probe.execution(3).trigger
                == ExecutionTrigger(
                    type: .automatedRollback, detail: #"{"FailedPipelineExecutionId":"\#(failed)"}"#))
        #expect(try probe.execution(3).rollbackTarget == (try probe.id("1")))
    }

    static let summaries: [(drawing: String, steps: String, number: Int, summary: String)] = [
        (
            auto, "ok a, ok unit, fail ship", 1,
            "Stage 'Deploy' was not rolled back: no execution of the pipeline's present version "
                + "has succeeded in it before."
        ),
        (
            auto, "\(first), start, ok a, ok unit, fail ship, fail ship", 3,
            "Stage 'Deploy' was not rolled back: the failed execution is a rollback itself."
        ),
        (
            gated, "ok a, ok ship, rule fail alarm", 1,
            "The success condition was not met: Rule 'alarm': red Stage 'Deploy' was not rolled back: no execution of "
                + "the pipeline's present version has succeeded in it before."
        ),
        (
            "Source(rollback): a", "ok a, start, fail a", 2,
            "Stage 'Source' was not rolled back: it is the source stage."
        ),
        (
            "PARALLEL; \(auto)", "ok a, ok unit, fail ship", 1,
            "Stage 'Deploy' was not rolled back: executions in PARALLEL mode can't be."
        ),
    ]

    @Test(arguments: summaries) func `a failure without a rollback says why`(
        drawing: String, steps: String, number: Int, summary: String
    ) throws {
        var probe = try EngineProbe(drawing)
        try probe.run(steps)
        #expect(try probe.execution(number).statusSummary == summary)
    }
}
