import PipelineEngine
import PipelineModel
import Testing

@Suite struct DeclarationTests {
    static let line = "Source: fetch>app | Build: unit<app lint | Deploy: ship<app"

    static let scenes = [
        Scene(line, "update", "1 InProgress in Source: fetch"),
        // What runs goes on to its end, and nothing further starts.
        Scene(line, "update, ok fetch", "1 Cancelled"),
        Scene(line, "update, fail fetch", "1 Cancelled"),
        Scene(line, "ok fetch, update, ok unit", "1 InProgress in Build: lint"),
        Scene(line, "ok fetch, update, ok unit, ok lint", "1 Cancelled"),
        Scene("Source: a b@2", "update, ok a", "1 Cancelled"),
        // Waiting ones end at once; they don't enter what the others leave.
        Scene(line, "start, update", "1 InProgress in Source: fetch, 2 Cancelled"),
        Scene(line, "start, update, ok fetch", "1 Cancelled, 2 Cancelled"),
        // A later start waits for what still runs under the old definition.
        Scene(line, "update, start", "1 InProgress in Source: fetch, 2 InProgress before Source"),
        Scene(line, "update, start, ok fetch", "1 Cancelled, 2 InProgress in Source: fetch"),
        Scene(line, "update, update, ok fetch", "1 Cancelled"),
        // A stop that was asked for keeps its own end, before or after.
        Scene(line, "stop 1, update, ok fetch", "1 Stopped"),
        Scene(line, "update, stop 1, ok fetch", "1 Stopped"),
        Scene(line, "update, abandon 1", "1 Stopped"),
        Scene(line, "fail fetch, update", "1 Failed"),
        // A pending approval stays answerable.
        Scene("Source: a | Gate: ok! | Deploy: b", "ok a, update", "1 InProgress in Gate: ok"),
        Scene("Source: a | Gate: ok! | Deploy: b", "ok a, update, approve ok", "1 Cancelled"),
        Scene("Source: a | Gate: ok! | Deploy: b", "ok a, update, reject ok", "1 Cancelled"),
    ]

    @Test(arguments: scenes) func `an update ends what runs`(scene: Scene) throws { try scene.check() }

    static let modes = [
        // SUPERSEDED or QUEUED to either, the same included: active ones end after their actions, waiting ones at once.
        Scene(line, "start, mode SUPERSEDED, ok fetch", "1 Cancelled, 2 Cancelled"),
        Scene(line, "start, mode QUEUED, ok fetch", "1 Cancelled, 2 Cancelled"),
        Scene(
            "QUEUED; \(line)", "start, start, mode QUEUED", "1 InProgress in Source: fetch, 2 Cancelled, 3 Cancelled"),
        Scene(
            "QUEUED; \(line)", "start, start, mode SUPERSEDED, start, start",
            "1 InProgress in Source: fetch, 2 Cancelled, 3 Cancelled, 4 Superseded, 5 InProgress before Source"),
        Scene(
            line, "mode QUEUED, start, start",
            "1 InProgress in Source: fetch, 2 InProgress before Source, 3 InProgress before Source"),
        // To PARALLEL: the same; new ones don't wait for what still runs.
        Scene(
            line, "start, mode PARALLEL, start",
            "1 InProgress in Source: fetch, 2 Cancelled, 3 InProgress at Source: fetch"),
        Scene(line, "mode PARALLEL, ok fetch", "1 Cancelled"),
        Scene(
            "QUEUED; \(line)", "disable Build, ok fetch, mode PARALLEL, start, ok fetch",
            "1 Cancelled, 2 InProgress before Build"),
        // PARALLEL to PARALLEL: they run on by what they started with.
        Scene(
            "PARALLEL; \(line)", "start, update, ok fetch.1",
            "1 InProgress at Build: unit lint, 2 InProgress at Source: fetch"),
        Scene(
            "PARALLEL; \(line)", "redraw PARALLEL; Other: a | New: b, ok fetch, ok unit, ok lint, ok ship",
            "1 Succeeded"),
        Scene(
            "PARALLEL; \(line)", "redraw PARALLEL; Other: a | New: b, start, ok fetch, ok a",
            "1 InProgress at Build: unit lint, 2 InProgress at New: b"),
        // PARALLEL to the others: the same; the new ones have the stages for themselves.
        Scene(
            "PARALLEL; \(line)", "mode QUEUED, start, start, ok fetch.1",
            "1 InProgress at Build: unit lint, 2 InProgress in Source: fetch, 3 InProgress before Source"),
        Scene(
            "PARALLEL; \(line)", "mode SUPERSEDED, start, start, ok fetch.1, ok unit.1, ok lint.1, ok ship.1",
            "1 Succeeded, 2 InProgress in Source: fetch, 3 InProgress before Source"),
        Scene(
            "PARALLEL; \(line)", "mode QUEUED, mode PARALLEL, mode SUPERSEDED, ok fetch",
            "1 InProgress at Build: unit lint"),
        // Who waits at a closed transition goes on waiting, and nobody supersedes it.
        Scene("PARALLEL; \(line)", "disable Build, ok fetch, mode SUPERSEDED", "1 InProgress before Build"),
        Scene(
            "PARALLEL; \(line)", "disable Build, ok fetch, mode SUPERSEDED, start, ok fetch, start, ok fetch",
            "1 InProgress before Build, 2 Superseded, 3 InProgress before Build"),
        Scene(
            "PARALLEL; \(line)", "disable Build, ok fetch, mode SUPERSEDED, start, ok fetch, enable Build",
            "1 InProgress at Build: unit lint, 2 InProgress in Build: unit lint"),
        // Unless the stage is gone: then nothing holds it.
        Scene(
            "PARALLEL; \(line)", "disable Build, ok fetch, redraw PARALLEL; Source: fetch>app | Deploy: ship<app",
            "1 InProgress at Build: unit lint"),
        Scene(
            "PARALLEL; \(line)",
            "disable Build, ok fetch, redraw QUEUED; Source: a | New: b, ok unit, ok lint, ok ship", "1 Succeeded"),
    ]

    @Test(arguments: modes) func `a change of mode is an update`(scene: Scene) throws { try scene.check() }

    @Test func `a declaration is kept as long as a PARALLEL execution runs by it`() throws {
        var probe = try EngineProbe("PARALLEL; \(Self.line)")
        try probe.run("start, update, start, update, update")
        #expect(probe.state?.formerDeclarations.map(\.version) == [1, 2])
        try probe.run("fail fetch.1")
        #expect(probe.state?.formerDeclarations.map(\.version) == [1, 2])
        try probe.run("fail fetch.2")
        #expect(probe.state?.formerDeclarations.map(\.version) == [2])
        #expect(try probe.refusal(of: "retry Source 2") == RetryTests.changed)
        try probe.run("abandon 3")
        #expect(probe.state?.formerDeclarations.isEmpty == true)
        try probe.run("start, mode QUEUED")
        #expect(probe.state?.formerDeclarations.map(\.version) == [4])
    }

    // MARK: Restart on update

    static let tagged = "tag penstock:restart-on-update true"

    static let restarts = [
        Scene(line, "\(tagged), ok fetch, update", "1 InProgress in Build: unit lint, 2 InProgress in Source: fetch"),
        // Once in one line: what was restarted isn't restarted again.
        Scene(line, "\(tagged), ok fetch, update, update, ok fetch", "1 InProgress in Build: unit lint, 2 Cancelled"),
        // The newest, whether it runs or waits.
        Scene(
            line, "\(tagged), start, update", "1 InProgress in Source: fetch, 2 Cancelled, 3 InProgress before Source"),
        Scene(line, "\(tagged), fail fetch, update", "1 Failed"),
        Scene(line, "\(tagged), stop 1, update", "1 Stopping in Source: fetch"),
        Scene(line, "tag penstock:restart-on-update false, update", "1 InProgress in Source: fetch"),
        Scene(line, "\(tagged), untag penstock:restart-on-update, update", "1 InProgress in Source: fetch"),
        Scene("PARALLEL; \(line)", "\(tagged), update", "1 InProgress at Source: fetch"),
    ]

    @Test(arguments: restarts) func `a tagged pipeline restarts what an update cancels`(scene: Scene) throws {
        try scene.check()
    }

    @Test func `a restart has the revisions and variables that are still declared`() throws {
        var probe = try EngineProbe(Self.line) {
            $0.variables = ["keep", "drop"].map { PipelineVariableDeclaration(name: $0, defaultValue: "x") }
        }
        try probe.run("abandon 1, \(Self.tagged)")
        let revision = SourceRevisionOverride(actionName: "fetch", revisionType: .commitID, revisionValue: "abc")
        let trigger = ExecutionTrigger(type: .startPipelineExecution, detail: EngineProbe.ann)
        try probe.perform(
            .start(
                StartRequest(
                    trigger: trigger,
                    input: StartInput(
                        sourceRevisions: [revision], variables: ["keep": "1", "drop": "2"], authors: ["ann"]))))
        try probe.run("ok fetch")
        var next = try #require(probe.state?.declaration)
        next.variables = [
            PipelineVariableDeclaration(name: "keep", defaultValue: "x"), PipelineVariableDeclaration(name: "must"),
        ]
        let decision = try probe.perform(.update(next))
        let execution = try probe.execution(3)
        next.version = 2
        #expect(decision.outcome == .declared(next, started: execution.id))
        #expect(execution.trigger == trigger)
        #expect(execution.restarts == (try probe.id("2")))
        #expect(execution.authors == ["ann"])
        #expect(execution.sourceRevisionOverrides == [revision])
        #expect(execution.variables == ["keep": "1"])
        #expect(execution.status == .failed, "a new variable without a value doesn't refuse the update")
    }

    @Test func `an update stands although there is no place for a restart`() throws {
        var probe = try EngineProbe("PARALLEL; \(Self.line)")
        for _ in 2...49 { try probe.run("start") }
        try probe.run("mode QUEUED, start, \(Self.tagged)")
        let decision = try probe.perform(.update(try #require(probe.state).declaration))
        #expect(decision.outcome == .declared(try #require(probe.state).declaration, started: nil))
        #expect(probe.executions.count == 50)
    }

    @Test func `an update ends a gate that is being judged`() throws {
        var probe = try EngineProbe("Source: a | Build(entry FAIL alarm+window): b")
        try probe.run("ok a, start, ok a, update")
        #expect(probe.picture == "1 Cancelled, 2 Cancelled")
        let condition = try probe.condition(.beforeEntry)
        #expect(condition.status == .cancelled)
        #expect(condition.rules.map(\.status) == [.abandoned, .abandoned])
        #expect(probe.effects.map(\.kind) == [.cancelRule, .cancelRule])
    }

    @Test func `deleting gives up the rules that run`() throws {
        var probe = try EngineProbe("Source: a | Build(entry FAIL alarm): b")
        try probe.run("ok a, delete")
        #expect(probe.effects.map(\.kind) == [.cancelRule])
    }

    @Test func `creating starts the first execution with the given trigger`() throws {
        var probe = EngineProbe()
        var declaration = PipelineDeclaration(Self.line)
        declaration.version = 9
        let trigger = ExecutionTrigger(type: .createPipeline, detail: "arn:aws:iam::000000000000:user/ann")
        let decision = try probe.perform(.create(declaration, trigger: trigger))
        declaration.version = 1
        let execution = try probe.execution(1)
        #expect(decision.outcome == .declared(declaration, started: execution.id))
        #expect(execution.trigger == trigger)
        #expect(execution.pipelineVersion == 1)
        #expect(probe.state?.created == 1000)
        #expect(
            decision.events.map(\.kind) == [
                "pipelineCreated", "executionStarted", "stageEntered", "actionStarted",
            ])
    }

    @Test func `a name in use is refused`() throws {
        var probe = try EngineProbe(Self.line)
        let again = PipelineCommand.create(
            PipelineDeclaration(Self.line), trigger: ExecutionTrigger(type: .createPipeline))
        #expect(throws: CommandRefusal.pipelineNameInUse) { try probe.perform(again) }
    }

    @Test func `the version grows by one whatever the client sent`() throws {
        var probe = try EngineProbe(Self.line)
        var next = PipelineDeclaration(Self.line)
        next.version = 1
        let decision = try probe.perform(.update(next))
        next.version = 2
        #expect(decision.outcome == .declared(next, started: nil))
        #expect(probe.state?.declaration == next)
        #expect(probe.state?.updated == 1001)
        try probe.perform(.update(next))
        #expect(probe.state?.declaration.version == 3)
    }

    @Test func `a cancelled stage says so, and why`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("update, ok fetch")
        let execution = try probe.execution(1)
        #expect(execution.stages.map(\.status) == [.cancelled])
        #expect(execution.statusSummary == "The pipeline's definition was updated while the execution was in progress.")
    }

    @Test func `doors of removed stages and actions go, those of others stay`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok fetch, ok unit, ok lint, ok ship")
        try probe.perform(.update(PipelineDeclaration("Source: fetch>app | Build: unit<app")))
        let stages = try #require(probe.state?.stages)
        #expect(stages.keys.sorted() == ["Build", "Source"])
        #expect(stages["Build"]?.lastActions.keys.sorted() == ["unit"])
        #expect(stages["Source"]?.currentRevisions["fetch"] != nil)
        // A third update takes away what made it visible.
        try probe.perform(.update(PipelineDeclaration("New: a")))
        #expect(probe.state?.executions.isEmpty == true)
        #expect(try probe.execution(1).status == .succeeded)
    }

    @Test func `an execution inside a removed stage ends, and holds the lock if the stage comes back`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok fetch")
        try probe.perform(.update(PipelineDeclaration("Source: fetch>app")))
        #expect(probe.picture == "1 InProgress: unit lint")
        try probe.perform(.update(PipelineDeclaration(Self.line)))
        #expect(probe.picture == "1 InProgress in Build: unit lint")
        try probe.run("start, ok fetch")
        #expect(probe.picture == "1 InProgress in Build: unit lint, 2 InProgress before Build")
        try probe.perform(.update(PipelineDeclaration("Source: fetch>app")))
        try probe.run("ok unit, ok lint")
        #expect(probe.picture == "1 Cancelled, 2 Cancelled")
    }

    @Test func `an approval in a removed stage stays answerable`() throws {
        var probe = try EngineProbe("Source: a | Gate: ok!")
        try probe.run("ok a")
        try probe.perform(.update(PipelineDeclaration("Source: a")))
        try probe.run("approve ok")
        #expect(probe.picture == "1 Cancelled")
    }

    @Test func `deleting gives up what runs`() throws {
        var probe = try EngineProbe("Source: a | Build: b ok!")
        try probe.run("ok a, start")
        let running = probe.runningAttempts
        let decision = try probe.perform(.delete)
        #expect(decision.outcome == .deleted)
        #expect(decision.state == nil)
        #expect(decision.events == [.pipelineDeleted])
        #expect(running.map(\.action) == ["b", "ok", "a"])
        #expect(probe.effects.map(\.subject.attempt?.action) == ["b", "a"], "nothing of an approval runs")
        #expect(probe.effects.allSatisfy { $0.kind == .cancelAction })
        #expect(decision.departed.map(\.number) == [1, 2])
    }

    @Test func `deleting what is absent is no error`() throws {
        var probe = EngineProbe()
        let decision = try probe.perform(.delete)
        #expect(decision == Decision(state: nil, events: [], effects: [], outcome: .deleted))
    }

    @Test func `a new pipeline of the same name starts clean`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("update, delete")
        let create = PipelineCommand.create(
            PipelineDeclaration("Source: a"), trigger: ExecutionTrigger(type: .createPipeline))
        try probe.perform(create)
        #expect(probe.state?.declaration.version == 1)
        #expect(probe.state?.nextNumber == 2)
    }

    @Test(arguments: ["start", "update", "stop 1", "retry Source 1", "approve ok"])
    func `what needs a pipeline is refused without one`(step: String) throws {
        let living = try EngineProbe("Source: a | Gate: ok!")
        var commands: [PipelineCommand] = []
        let id = try living.id("1")
        switch step {
        case "start": commands = [.start(StartRequest(trigger: ExecutionTrigger(type: .webhook)))]
        case "update": commands = [.update(PipelineDeclaration("Source: a"))]
        case "stop 1": commands = [.stop(id, mode: .wait, reason: nil)]
        case "retry Source 1": commands = [.retry("Source", id, .failedActions)]
        default:
            commands = [
                .answerApproval(
                    ApprovalAnswer(
                        stage: "Gate", action: "ok", token: "t", status: .approved, summary: "", by: "ann"))
            ]
        }
        var probe = EngineProbe()
        for command in commands {
            #expect(throws: CommandRefusal.pipelineNotFound) { try probe.perform(command) }
        }
    }
}
