import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting
import Testing

@testable import ActionRunner

@Suite struct InvokePipelineActionTests {
    private let ledger = InMemoryLedger(settings: EngineSettings(), clock: { Date().timeIntervalSince1970 })
    private let bench: RunnerBench

    init() throws {
        let invoke = InvokePipelineAction(ledger: ledger, account: "000000000000", region: "us-east-1")
        bench = try RunnerBench([RunnerBench.filesSource(), invoke], ledger: ledger)
    }

    private func declaration(
        _ name: PipelineName, invokes configuration: [String: String]? = nil,
        variables: [PipelineVariableDeclaration]? = nil, mode: ExecutionMode = .superseded
    ) -> PipelineDeclaration {
        let action = ActionDeclaration(
            name: "Next", actionTypeId: ActionTypeID(category: .invoke, owner: .aws, provider: "CodePipeline"),
            configuration: (configuration ?? [:]).mapValues { .plain($0) })
        let wait = ActionDeclaration(name: "Wait", actionTypeId: .manualApproval)
        var declaration = PipelineDeclaration(
            name: name, roleArn: "r", artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
            stages: [
                RunnerBench.source(),
                StageDeclaration(name: "Go", actions: [configuration == nil ? wait : action]),
            ])
        declaration.variables = variables
        declaration.executionMode = mode
        return declaration
    }

    private func create(_ declaration: PipelineDeclaration) async throws {
        _ = try await ledger.perform(
            .create(declaration, trigger: .init(type: .createPipeline)), on: declaration.name)
    }

    /// Declares `p`, which invokes, and lets it run to its end.
    private func invoke(_ configuration: [String: String]) async throws -> ActionExecution {
        defer { bench.host.remove() }
        try await bench.workshop.prepare()
        try await create(declaration("p", invokes: configuration))
        let execution = try await bench.follow { $0.status.isTerminal }
        return try #require(execution.stages.last?.actions.first)
    }

    private func started(_ target: PipelineName) async throws -> [PipelineExecution] {
        try await ledger.executions(of: target, before: nil, limit: 99).filter {
            $0.trigger.type == .startPipelineExecution
        }
    }

    @Test func `it starts the target with revisions and variables, and succeeds at once`() async throws {
        try await create(
            declaration("next", variables: [PipelineVariableDeclaration(name: "Level", defaultValue: "1")]))
        let action = try await invoke([
            "PipelineName": "next", "Variables": #"[{"name":"Level","value":"2"}]"#,
            "SourceRevisions": #"[{"actionName":"Fetch","revisionType":"COMMIT_ID","revisionValue":"c9"}]"#,
        ])
        #expect(action.status == .succeeded, "\(String(describing: action.failure))")
        let executions = try await started("next")
        let execution = try #require(executions.first)
        #expect(executions.count == 1 && action.externalExecutionID == execution.id.rawValue)
        #expect(execution.trigger.detail == "arn:aws:codepipeline:us-east-1:000000000000:p")
        #expect(execution.variables == ["Level": "2"] && execution.invokedBy == ["p"])
        #expect(
            execution.sourceRevisionOverrides == [
                SourceRevisionOverride(actionName: "Fetch", revisionType: .commitID, revisionValue: "c9")
            ])
    }

    @Test func `what a fork's pull request leads to is as untrusted as it is`() async throws {
        defer { bench.host.remove() }
        try await bench.workshop.prepare()
        let commit = #"[{"actionName":"Fetch","revisionType":"COMMIT_ID","revisionValue":"c9"}]"#
        try await create(declaration("last"))
        try await create(declaration("next", invokes: ["PipelineName": "last"]))
        try await create(declaration("p", invokes: ["PipelineName": "next", "SourceRevisions": commit]))
        let facts = [
            PipelineExecution.forkMark: "true", PipelineExecution.forkTarget: "main", "PullRequestTitle": "Mine",
        ]
        let input = StartInput(
            sourceRevisions: try InvocationSettings.sourceRevisions(commit), eventVariables: facts)
        let fork = StartRequest(trigger: ExecutionTrigger(type: .webhookV2), input: input)
        guard case .started(let id, _) = try await ledger.perform(.start(fork), on: "p") else { return }
        let inherited = [PipelineExecution.forkMark: "true", PipelineExecution.forkTarget: "main"]
        for target in ["next", "last"] as [PipelineName] {
            let executions = try await bench.working { () -> [PipelineExecution]? in
                // One of p's or next's own, and the one of p's fork.
                let found = try await started(target)
                return found.count == (target == "next" ? 2 : 3) ? found : nil
            }
            let untrusted = executions.filter(\.isUntrusted)
            #expect(untrusted.count == 1 && untrusted.first?.eventVariables == inherited, "\(target)")
            #expect(!executions.contains { !$0.isUntrusted && !$0.eventVariables.isEmpty })
        }
        #expect(try await ledger.execution(id)?.isUntrusted == true)
    }

    @Test func `a job that runs twice starts once`() async throws {
        defer { bench.host.remove() }
        try await create(declaration("next"))
        let action = InvokePipelineAction(ledger: ledger, account: "000000000000", region: "us-east-1")
        let job = try bench.host.job(action.type.id, configuration: ["PipelineName": "next"])
        var ids: Set<String> = []
        for _ in 1...2 {
            guard case .succeeded(let success) = await action.run(job, on: bench.host) else {
                Issue.record("it did not succeed")
                return
            }
            ids.insert(success.progress.externalExecutionID ?? "")
        }
        #expect(try await started("next").map(\.id.rawValue) == Array(ids))
    }

    @Test func `a circle is refused and named`() async throws {
        defer { bench.host.remove() }
        try await bench.workshop.prepare()
        try await create(declaration("b", invokes: ["PipelineName": "p"]))
        try await create(declaration("p", invokes: ["PipelineName": "b"]))
        let failure = try await bench.working { () -> FailureDetails? in
            let executions = try await ledger.executions(of: "b", before: nil, limit: 9)
            return executions.first { !$0.invokedBy.isEmpty }?.stages.last?.actions.first?.failure
        }
        #expect(failure.type == .configurationError)
        #expect(failure.message.contains("p → b → p"), "\(failure.message)")
    }

    static let refusals: [([String: String], String)] = [
        ([:], "The action's configuration lacks PipelineName."),
        (["PipelineName": "nowhere"], "'nowhere' was not started: there is no such pipeline."),
        (["PipelineName": "p"], "The pipelines invoke each other in a circle: p → p."),
        (["PipelineName": "next", "Variables": "{}"], "Variables is not a JSON list like [{\"name\""),
        (["PipelineName": "next", "Variables": #"[{"name":"A","value":1}]"#], "Variables is not a JSON list"),
        (
            ["PipelineName": "next", "Variables": #"[{"name":"A","value":"1"},{"name":"A","value":"2"}]"#],
            "Variables: 'A' is given twice."
        ),
        (
            ["PipelineName": "next", "Variables": #"[{"name":"A","value":"1"}]"#],
            "'next' was not started: Pipeline 'next' declares no variable 'A'."
        ),
        (["PipelineName": "next", "SourceRevisions": "c1"], "SourceRevisions is not a JSON list like"),
        (
            [
                "PipelineName": "next",
                "SourceRevisions": #"[{"actionName":"Fetch","revisionType":"TAG","revisionValue":"v"}]"#,
            ], "its type one of COMMIT_ID, IMAGE_DIGEST"
        ),
        (
            [
                "PipelineName": "next",
                "SourceRevisions": #"[{"actionName":"Nope","revisionType":"COMMIT_ID","revisionValue":"v"}]"#,
            ], "names 'Nope', which is no source action"
        ),
    ]

    @Test(arguments: refusals) func `a refusal says what is wrong`(
        configuration: [String: String], message: String
    ) async throws {
        try await create(declaration("next"))
        let failure = try #require(try await invoke(configuration).failure)
        #expect(failure.type == .configurationError)
        #expect(failure.message.contains(message), "\(failure.message)")
        #expect(try await started("next").isEmpty)
    }

    @Test func `the limit of concurrent executions is told`() async throws {
        try await create(declaration("next", mode: .queued))
        let start = PipelineCommand.start(StartRequest(trigger: .init(type: .startPipelineExecution)))
        for _ in 2...50 { _ = try await ledger.perform(start, on: "next") }
        let failure = try #require(try await invoke(["PipelineName": "next"]).failure)
        #expect(failure.message.contains("50 executions of it run or wait"))
        #expect(failure.type == .configurationError)
    }

    @Test func `another region is refused`() async throws {
        defer { bench.host.remove() }
        let action = InvokePipelineAction(ledger: ledger, account: "000000000000", region: "us-east-1")
        let job = try bench.host.job(action.type.id, configuration: ["PipelineName": "next"], region: "eu-west-1")
        guard case .failed(let failure) = await action.run(job, on: bench.host) else {
            Issue.record("it did not fail")
            return
        }
        #expect(failure.message.contains("in eu-west-1; this gateway knows us-east-1 only"))
    }

    @Test func `a ledger that can't commit is asked again`() async throws {
        defer { bench.host.remove() }
        let folder = try bench.host.folder("sqlite")
        let closed = try await SQLiteLedger(
            folder: folder, settings: EngineSettings(), clock: { 0 }, logger: bench.host.logger)
        try await closed.close()
        let action = InvokePipelineAction(ledger: closed, account: "000000000000", region: "us-east-1")
        let job = try bench.host.job(action.type.id, configuration: ["PipelineName": "next"])
        guard case .pending(_, let pollAgain, _) = await action.run(job, on: bench.host) else {
            Issue.record("it is not pending")
            return
        }
        #expect(pollAgain == .seconds(5))
    }
}
