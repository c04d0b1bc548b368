import PipelineEngine
import PipelineModel
import Testing

@Suite struct ReportsTests {
    static let line = "Source: fetch>app#src | Build: unit<app>bin lint"

    static let scenes = [
        Scene(line, "poll fetch", "1 InProgress in Source: fetch"),
        Scene(line, "poll fetch, poll fetch, ok fetch", "1 InProgress in Build: unit lint"),
        Scene(line, "timeout fetch", "1 Failed"),
        Scene(line, "ok fetch, timeout unit", "1 InProgress in Build: lint"),
        Scene(line, "ok fetch, timeout unit, ok lint", "1 Failed"),
        Scene("Source: ok!", "timeout ok", "1 Failed"),
    ]

    @Test(arguments: scenes) func `reports move the execution`(scene: Scene) throws { try scene.check() }

    @Test func `a success leaves artifacts, variables and revisions`() throws {
        var probe = try EngineProbe(Self.line)
        var output = try probe.attempt("fetch").outputArtifacts[0]
        output.sha256 = "00ff"
        output.size = 12
        let revision = SourceRevision(actionName: "fetch", revisionID: "abc", summary: "fix it")
        try probe.perform(
            .actionSucceeded(
                try probe.reference("fetch"),
                ActionResult(
                    outputs: [output, StoredArtifact(name: "stray", bucket: "b", key: "k")],
                    variables: ["CommitId": "abc"], revision: revision, summary: "fetched",
                    externalExecutionID: "x", externalExecutionURL: "https://example.com/x")))
        output.revision = revision
        let execution = try probe.execution(1)
        let attempt = try probe.attempt("fetch")
        #expect(execution.artifacts == ["app": output])
        #expect(execution.namespaces == ["src": ["CommitId": "abc"]])
        #expect(execution.sourceRevisions == [revision])
        #expect(attempt.status == .succeeded)
        #expect(attempt.outputArtifacts == [output])
        #expect(attempt.outputVariables == ["CommitId": "abc"])
        #expect(attempt.summary == "fetched")
        #expect(attempt.externalExecutionID == "x")
        #expect(attempt.externalExecutionURL == "https://example.com/x")
        let door = try #require(probe.state?.stages["Source"])
        #expect(door.lastActions == ["fetch": attempt])
        #expect(door.currentRevisions == ["fetch": revision])
    }

    @Test func `a source that runs again replaces its revision`() throws {
        var probe = try EngineProbe("Source: fetch>app other")
        try probe.run("ok fetch, fail other, retryall Source 1, ok fetch, ok other")
        let execution = try probe.execution(1)
        #expect(execution.sourceRevisions.map(\.actionName) == ["fetch", "other"])
        #expect(execution.sourceRevisions[0].revisionID == "c-\(try probe.attempt("fetch").id)")
    }

    @Test func `an action that goes on is asked again, once`() throws {
        var probe = try EngineProbe(Self.line)
        let reference = try probe.reference("fetch")
        let continuation = ActionContinuation(
            token: "page-2", pollAgainIn: 30, summary: "half", externalExecutionID: "x", externalExecutionURL: "u",
            percentComplete: 50)
        for _ in 1...2 {
            let decision = try probe.perform(.actionPending(reference, continuation))
            #expect(decision.outcome == .reported)
            #expect(decision.events == [.actionProgressed(reference, continuation)])
        }
        let attempt = try probe.attempt("fetch")
        #expect(attempt.percentComplete == 50)
        #expect(attempt.summary == "half")
        #expect(
            probe.effects.map(\.kind) == [
                .runAction(ActionWork(action: attempt, continuationToken: "page-2")),
                .timer(.actionTimedOut(reference)),
            ], "a report that comes twice leaves one question and one timer")
        #expect(probe.effects.map(\.dueAt) == [1032, 4600])
    }

    @Test func `a failure keeps what is known of the work outside`() throws {
        var probe = try EngineProbe(Self.line)
        let failure = FailureDetails(
            .jobFailed, "exit code 1", externalExecutionID: "x", externalExecutionURL: "u",
            externalExecutionSummary: "Build terminated with state: FAILED")
        try probe.perform(.actionFailed(try probe.reference("fetch"), failure))
        let attempt = try probe.attempt("fetch")
        #expect(attempt.failure == failure)
        #expect(attempt.summary == "Build terminated with state: FAILED")
        #expect(attempt.externalExecutionID == "x")
        #expect(attempt.externalExecutionURL == "u")
        #expect(probe.effects.isEmpty)
    }

    @Test func `time that is up ends the work`() throws {
        var probe = try EngineProbe("Source: fetch")
        let attempt = try probe.attempt("fetch")
        try probe.run("timeout fetch")
        #expect(
            try probe.attempt("fetch").failure
                == FailureDetails(.actionTimedOut, "The action 'fetch' timed out: it had not ended after 3600 seconds.")
        )
        #expect(
            probe.effects == [
                Effect(kind: .cancelAction, pipeline: "world", subject: .action(ActionReference(attempt)), dueAt: 1001)
            ])
    }

    @Test func `each reply gives silent work its time again, up to the whole`() throws {
        var probe = EngineProbe()
        let source = ActionTypeID(category: .source, owner: .aws, provider: "CodeStarSourceConnection")
        probe.settings = EngineSettings(actionTimeouts: [source: 100], replyTimeouts: [source: 60])
        try probe.perform(
            .create(PipelineDeclaration("Source: fetch"), trigger: ExecutionTrigger(type: .createPipeline)))
        func due() -> [Double] { probe.effects { if case .timer = $0 { true } else { false } }.map(\.dueAt) }
        #expect(due() == [1060])
        probe.now = 1030
        try probe.run("poll fetch")
        #expect(due() == [1090])
        probe.now = 1080
        try probe.run("poll fetch")
        #expect(due() == [1100])
        probe.now = 1099
        try probe.run("timeout fetch")
        #expect(
            try probe.attempt("fetch").failure
                == FailureDetails(
                    .actionTimedOut, "The action 'fetch' timed out: nothing was heard of it for 60 seconds."))
    }

    @Test func `an expired approval has failed and nothing is to be ended`() throws {
        var probe = try EngineProbe("Source: ok!") { $0.change("ok") { $0.timeoutInMinutes = 90 } }
        try probe.run("timeout ok")
        let attempt = try probe.attempt("ok")
        #expect(
            attempt.failure
                == FailureDetails(.jobFailed, "The approval expired: nobody answered it within 90 minutes."))
        #expect(attempt.approvalToken == nil)
        #expect(probe.effects.isEmpty)
    }

    @Test(arguments: [122_880, 122_881])
    func `output variables have a limit`(bytes: Int) throws {
        var probe = try EngineProbe(Self.line)
        let variables = ["name": String(repeating: "x", count: bytes - 4)]
        try probe.perform(.actionSucceeded(try probe.reference("fetch"), ActionResult(variables: variables)))
        let attempt = try probe.attempt("fetch")
        #expect(attempt.status == (bytes <= 122_880 ? .succeeded : .failed))
        #expect((attempt.failure?.message.contains("122881 bytes") ?? false) == (bytes > 122_880))
    }

    /// What ended the attempt before the report came.
    static let ends = ["ok fetch", "fail fetch", "timeout fetch", "abandon 1", "delete", "fail fetch, retry Source 1"]

    @Test(arguments: ends) func `a late report changes nothing`(end: String) throws {
        var probe = try EngineProbe("Source: fetch>app | Build: unit<app")
        let reference = try probe.reference("fetch")
        try probe.run(end)
        let state = probe.state
        let late: [PipelineCommand] = [
            .actionSucceeded(reference, ActionResult()), .actionFailed(reference, FailureDetails(.jobFailed, "late")),
            .actionPending(reference, ActionContinuation(token: "t", pollAgainIn: 1)), .actionTimedOut(reference),
        ]
        for command in late {
            let decision = try probe.perform(command)
            let reason = "the attempt \(reference.id) of action 'fetch' isn't running any more"
            #expect(
                decision == Decision(state: state, events: [], effects: [], outcome: .ignored(reason: reason)))
        }
    }
}
