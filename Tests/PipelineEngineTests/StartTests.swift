import PipelineEngine
import PipelineModel
import Testing

@Suite struct StartTests {
    private static func request(
        _ type: ExecutionTrigger.Kind = .startPipelineExecution, variables: [String: String] = [:],
        revisions: [SourceRevisionOverride] = [], token: String? = nil
    ) -> PipelineCommand {
        .start(
            StartRequest(
                trigger: ExecutionTrigger(type: type),
                input: StartInput(sourceRevisions: revisions, variables: variables),
                clientRequestToken: token))
    }

    private static func world() throws -> EngineProbe {
        try EngineProbe("Source: fetch>app | Build: unit<app") {
            $0.variables = [
                PipelineVariableDeclaration(name: "size", defaultValue: "small"),
                PipelineVariableDeclaration(name: "colour", defaultValue: "red"),
            ]
        }
    }

    @Test func `an execution keeps the version and variables that it started with`() throws {
        var probe = try Self.world()
        try probe.run("update")
        try probe.perform(Self.request(variables: ["colour": "blue"]))
        let execution = try probe.execution(2)
        #expect(execution.pipelineVersion == 2)
        #expect(execution.variables == ["size": "small", "colour": "blue"])
        #expect(try probe.execution(1).variables == ["size": "small", "colour": "red"])
        #expect(probe.state?.nextNumber == 3)
    }

    @Test func `pipelines that invoke each other in a circle are refused`() throws {
        var probe = try Self.world()
        func invoked(by pipelines: [PipelineName]) -> PipelineCommand {
            .start(
                StartRequest(
                    trigger: ExecutionTrigger(type: .startPipelineExecution), input: StartInput(invokedBy: pipelines)))
        }
        try probe.perform(invoked(by: ["first", "second"]))
        #expect(try probe.execution(2).invokedBy == ["first", "second"])
        let text = "The pipelines invoke each other in a circle: world → second → world. Break it at one of them."
        #expect(throws: CommandRefusal.invalidInput(text)) {
            try probe.perform(invoked(by: ["first", "world", "second"]))
        }
    }

    @Test func `an undeclared variable is refused`() throws {
        var probe = try Self.world()
        let before = probe.state
        #expect(throws: CommandRefusal.invalidInput("Pipeline 'world' declares no variable 'shape'.")) {
            try probe.perform(Self.request(variables: ["shape": "round", "size": "x"]))
        }
        #expect(probe.state == before)
    }

    @Test func `a variable without a value is refused to a person and fails an event's execution`() throws {
        let text = "Variable 'must' has no default value and was given none: start the pipeline with a value for it."
        var probe = try EngineProbe("Source: fetch") { $0.variables = [PipelineVariableDeclaration(name: "must")] }
        #expect(try probe.execution(1).status == .failed)
        #expect(try probe.execution(1).statusSummary == text)
        #expect(throws: CommandRefusal.invalidInput(text)) { try probe.perform(Self.request()) }
        try probe.perform(Self.request(.webhook))
        #expect(probe.picture == "1 Failed, 2 Failed")
        try probe.perform(Self.request(variables: ["must": "yes"]))
        #expect(probe.picture == "1 Failed, 2 Failed, 3 InProgress in Source: fetch")
    }

    @Test func `a revision override reaches the source action that it names`() throws {
        let revision = SourceRevisionOverride(actionName: "fetch", revisionType: .commitID, revisionValue: "abc")
        var probe = try Self.world()
        try probe.run("ok fetch")
        try probe.perform(Self.request(revisions: [revision]))
        let works = probe.effects.compactMap { effect -> ActionWork? in
            if case .runAction(let work) = effect.kind { work } else { nil }
        }
        #expect(works.map(\.revision) == [nil, revision])
        #expect(try probe.execution(2).sourceRevisionOverrides == [revision])
    }

    @Test(arguments: ["unit", "nobody"]) func `an override of what is no source is refused`(name: String) throws {
        var probe = try Self.world()
        let revision = SourceRevisionOverride(
            actionName: ActionName(name), revisionType: .commitID, revisionValue: "abc")
        let text =
            "The source revision override names '\(name)', which is no source action of pipeline 'world'."
        #expect(throws: CommandRefusal.invalidInput(text)) { try probe.perform(Self.request(revisions: [revision])) }
    }

    @Test func `the same token with the same input gives the same execution`() throws {
        var probe = try Self.world()
        let request = Self.request(variables: ["size": "big"], token: "t1")
        let first = try probe.perform(request)
        let id = try probe.id("2")
        #expect(first.outcome == .started(id, again: false))
        let again = try probe.perform(request)
        #expect(again.outcome == .started(id, again: true))
        #expect(again.events.isEmpty && again.effects.isEmpty)
        #expect(throws: CommandRefusal.conflict("The client request token was used before with a different input.")) {
            try probe.perform(Self.request(token: "t1"))
        }
    }

    @Test func `a token is forgotten after a day`() throws {
        var probe = try Self.world()
        let at = probe.now
        try probe.perform(Self.request(token: "t1"))
        probe.now = at + 86_399
        #expect(try probe.perform(Self.request(token: "t1")).outcome == .started(try probe.id("2"), again: true))
        probe.now = at + 86_400
        try probe.perform(Self.request(token: "t1"))
        #expect(try probe.execution(3).status == .inProgress)
        #expect(probe.state?.recentStarts.count == 1)
    }

    @Test func `a hundred tokens are remembered`() throws {
        var probe = try Self.world()
        for index in 0..<103 { try probe.perform(Self.request(token: "t\(index)")) }
        #expect(probe.state?.recentStarts.count == 100)
        #expect(probe.state?.recentStarts.first?.token == "t3")
        #expect(probe.state?.recentStarts.last?.token == "t102")
    }
}
