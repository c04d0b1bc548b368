import PipelineEngine
import PipelineModel
import Testing

@Suite struct ActionStartTests {
    static let build = ActionTypeID(category: .build, owner: .aws, provider: "CodeBuild")

    @Test func `an attempt knows where its outputs go and whence its inputs come`() throws {
        var probe = try EngineProbe("Source: fetch>SourceArtifact | Build: unit<SourceArtifact>bin>log") {
            $0.name = "a-pipeline-with-a-long-name"
        }
        try probe.run("ok fetch")
        let source = try probe.attempt("fetch").outputArtifacts[0]
        let unit = try probe.attempt("unit")
        #expect(source.key.hasPrefix("a-pipeline-with-a-lo/SourceArti/"))
        #expect(source.key.split(separator: "/").last?.count == 7)
        #expect(source.bucket == "artifacts")
        #expect(source.revision?.revisionID == "c-\(try probe.attempt("fetch").id)")
        #expect(unit.inputArtifacts == [source])
        #expect(unit.outputArtifacts.map(\.name) == ["bin", "log"])
        #expect(unit.outputArtifacts.allSatisfy { $0.sha256 == nil && $0.size == nil })
    }

    @Test func `the store of the action's region holds its outputs`() throws {
        let probe = try EngineProbe("Source: here>a there>b") {
            $0.artifactStore = nil
            $0.artifactStores = [
                "us-east-1": ArtifactStoreDeclaration(location: "east"),
                "eu-west-1": ArtifactStoreDeclaration(location: "west"),
            ]
            $0.change("there") { $0.region = "eu-west-1" }
        }
        #expect(try probe.attempt("here").outputArtifacts.map(\.bucket) == ["east"])
        #expect(try probe.attempt("here").region == "us-east-1")
        #expect(try probe.attempt("there").outputArtifacts.map(\.bucket) == ["west"])
        #expect(try probe.attempt("there").region == "eu-west-1")
    }

    @Test func `outputs without a store fail the action`() throws {
        let probe = try EngineProbe("Source: fetch>app") { $0.artifactStore = nil }
        #expect(
            try probe.attempt("fetch").failure
                == FailureDetails(
                    .configurationError, "Pipeline 'world' declares no artifact store for the outputs of 'fetch'."))
    }

    @Test func `a missing input fails the action and names it`() throws {
        var probe = try EngineProbe("Source: fetch>app | Build: unit<bin")
        try probe.run("ok fetch")
        let attempt = try probe.attempt("unit")
        #expect(attempt.status == .failed)
        #expect(attempt.failure?.type == .configurationError)
        #expect(attempt.failure?.message.contains("the input artifact 'bin'") == true)
        #expect(attempt.deadline == nil)
        #expect(probe.effects.isEmpty, "what failed to start leaves nothing to do")
    }

    @Test func `inputs are those of this execution`() throws {
        var probe = try EngineProbe("Source: fetch>app | Build: unit<app")
        try probe.run("ok fetch, ok unit, start, ok fetch")
        let second = try probe.attempt("unit", in: 2).inputArtifacts
        #expect(second == [try #require(probe.execution(2).artifacts["app"])])
        #expect(second[0].key != (try probe.attempt("unit", in: 1).inputArtifacts[0].key))
    }

    @Test func `a run is due now and a timer at the deadline`() throws {
        var probe = EngineProbe()
        probe.settings.actionTimeouts = [Self.build: 60]
        try probe.perform(
            .create(
                PipelineDeclaration("Source: fetch | Build: unit"), trigger: ExecutionTrigger(type: .createPipeline)))
        let fetch = try probe.attempt("fetch")
        let reference = ActionReference(fetch)
        #expect(fetch.deadline == 4600)
        #expect(
            probe.effects == [
                Effect(
                    kind: .runAction(ActionWork(action: fetch)), pipeline: "world", subject: .action(reference),
                    dueAt: 1000),
                Effect(
                    kind: .timer(.actionTimedOut(reference)), pipeline: "world", subject: .action(reference),
                    dueAt: 4600),
            ])
        try probe.run("ok fetch")
        #expect(try probe.attempt("unit").deadline == 1061)
        #expect(probe.effects.map(\.dueAt) == [1001, 1061])
    }

    @Test(arguments: [(nil, 604_800.0), (5, 300.0)] as [(Int?, Double)])
    func `an approval runs no job but has a token and a timer`(minutes: Int?, seconds: Double) throws {
        let probe = try EngineProbe("Source: ok!") { $0.change("ok") { $0.timeoutInMinutes = minutes } }
        let attempt = try probe.attempt("ok")
        #expect(attempt.approvalToken?.count == 36)
        #expect(attempt.externalExecutionID == attempt.approvalToken)
        #expect(attempt.deadline == 1000 + seconds)
        #expect(probe.effects.map(\.kind) == [.timer(.actionTimedOut(ActionReference(attempt)))])
        #expect(probe.effects.map(\.dueAt) == [1000 + seconds])
    }

    @Test func `variables of earlier actions reach the configuration`() throws {
        var probe = try EngineProbe("Source: fetch#src | Build: unit") {
            $0.variables = [PipelineVariableDeclaration(name: "size", defaultValue: "big")]
            $0.change("unit") {
                $0.configuration = [
                    "Text": .plain("#{src.CommitId} of #{codepipeline.PipelineExecutionId}, #{variables.size}"),
                    "Token": .sealed(SealedSecret(keyID: "k", box: "#{src.CommitId}")),
                ]
                $0.roleArn = "arn:aws:iam::000000000000:role/build"
            }
        }
        try probe.perform(.actionSucceeded(try probe.reference("fetch"), ActionResult(variables: ["CommitId": "abc"])))
        let attempt = try probe.attempt("unit")
        #expect(attempt.resolvedConfiguration["Text"] == .plain("abc of \(try probe.id("1")), big"))
        #expect(attempt.resolvedConfiguration["Token"] == attempt.configuration["Token"])
        #expect(attempt.configuration["Text"]?.description.hasPrefix("#{src.CommitId}") == true)
        #expect(attempt.roleArn == "arn:aws:iam::000000000000:role/build")
    }

    @Test func `an unresolvable variable fails the action, and its sibling runs on`() throws {
        var probe = try EngineProbe("Source: fetch | Build: unit lint") {
            $0.change("unit") { $0.configuration = ["A": .plain("#{src.No}")] }
        }
        try probe.run("ok fetch")
        #expect(probe.picture == "1 InProgress in Build: lint")
        #expect(try probe.attempt("unit").failure?.type == .configurationError)
        #expect(try probe.attempt("unit").resolvedConfiguration == ["A": .plain("#{src.No}")])
    }

    @Test func `no artifact key is used twice`() throws {
        var probe = try EngineProbe("Source: fetch>app | Build: unit<app>bin")
        try probe.run(
            "ok fetch, fail unit, retry Build 1, fail unit, retryall Build 1, ok unit, start, ok fetch, ok unit")
        let keys = probe.events.flatMap { event -> [String] in
            if case .actionStarted(let attempt) = event.event { attempt.outputArtifacts.map(\.key) } else { [] }
        }
        #expect(keys.count == 6)
        #expect(Set(keys).count == 6)
    }
}
