import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting
import Testing

@testable import ActionRunner

/// Actions of custom types that no provider of the gateway does.
@Suite struct OfferTests {
    private static let type = ActionTypeID(category: .build, owner: .custom, provider: "Outside")

    private static let build = StageDeclaration(
        name: "Build",
        actions: [
            ActionDeclaration(
                name: "Make", actionTypeId: type, configuration: ["Project": .plain("app")],
                inputArtifacts: [ArtifactReference(name: "Code")], outputArtifacts: [ArtifactReference(name: "Built")])
        ])

    private func bench(
        isKnown: Bool = true, isDeleted: Bool = false, workerForks: ForkAdmission = .refused
    ) async throws -> RunnerBench {
        let bench = try RunnerBench([RunnerBench.filesSource()], workerForks: workerForks)
        let details = CustomActionType.ArtifactDetails(minimumCount: 0, maximumCount: 5)
        let type = CustomActionType(
            category: .build, provider: "Outside", version: "1", inputArtifactDetails: details,
            outputArtifactDetails: details, isDeleted: isDeleted)
        if isKnown { try await board(of: bench).put(type) }
        return bench
    }

    private func board(of bench: RunnerBench) throws -> any JobBoard & Registry {
        try #require(bench.ledger as? any JobBoard & Registry)
    }

    /// Runs until the execution ends; the worker's part is `work`, called once with the job.
    private func run(
        _ bench: RunnerBench, _ work: @escaping @Sendable (Job) async throws -> Void
    ) async throws -> PipelineExecution {
        let board = try board(of: bench)
        let id = try await bench.run([RunnerBench.source(), Self.build]) { $0.stages.count == 2 }.id
        return try await bench.working {
            if let job = try await board.poll(JobQuery(type: Self.type), limit: 1).first {
                #expect(try await board.acknowledge(job.id, nonce: job.nonce ?? "") == .taken(.inProgress))
                try await work(job)
                let outcome = JobOutcome.succeeded(ActionResult(summary: "done"))
                #expect(try await board.report(outcome, of: job.id) == .taken(.succeeded))
            }
            let execution = try await bench.ledger.execution(id)
            return execution?.status.isTerminal == true ? execution : nil
        }
    }

    @Test func `a job is offered, and what the worker stored is read back with its facts`() async throws {
        let bench = try await bench()
        defer { bench.host.remove() }
        let execution = try await run(bench) { job in
            let place = try #require(job.work?.action.outputArtifacts.first)
            let file = bench.host.root.appending(path: "made")
            try Data("made".utf8).write(to: file)
            _ = try await bench.host.stores.store(for: place.bucket).put(place.key, file: file, options: PutOptions())
        }
        #expect(execution.status == .succeeded)
        let artifact = try #require(execution.artifacts["Built"])
        #expect(artifact.size == 4 && artifact.sha256?.hasPrefix("ea08906") == true, "\(artifact)")
        let action = try #require(execution.stages.last?.actions.first)
        #expect(action.summary == "done")
        let log = try String(contentsOf: ActionLogs(folder: bench.logFolder).file(of: action, in: "p"), encoding: .utf8)
        #expect(log.contains("Offered to job workers of Custom/Build/Outside/1"))
    }

    @Test func `an output that the worker didn't store fails the action and is named`() async throws {
        let bench = try await bench()
        defer { bench.host.remove() }
        let execution = try await run(bench) { _ in }
        #expect(execution.status == .failed)
        let failure = try #require(execution.stages.last?.actions.first?.failure)
        #expect(
            failure.type == .jobFailed && failure.message.contains("output artifact 'Built' is not at s3://artifacts/"))
    }

    @Test(arguments: [true, false])
    func `an action whose type nobody made, or somebody deleted, fails`(isKnown: Bool) async throws {
        let bench = try await bench(isKnown: isKnown, isDeleted: true)
        defer { bench.host.remove() }
        let execution = try await bench.run([RunnerBench.source(), Self.build])
        let failure = try #require(execution.stages.last?.actions.first?.failure)
        #expect(failure.type == .configurationError && failure.message.contains("CreateCustomActionType"))
    }

    /// The second execution is one that a fork's pull request started, with a plain or a sealed value for the worker.
    private func fork(_ bench: RunnerBench, secret: Bool) async throws {
        var build = Self.build
        if secret { build.actions[0].configuration["Token"] = .sealed(try BackwardsVault().seal("hunter22")) }
        try await bench.workshop.prepare()
        _ = try await bench.ledger.perform(
            .create(
                PipelineDeclaration(
                    name: "p", roleArn: "r", artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
                    stages: [RunnerBench.source(), build], executionMode: .parallel),
                trigger: ExecutionTrigger(type: .createPipeline)), on: "p")
        _ = try await bench.ledger.perform(
            .start(
                StartRequest(
                    trigger: ExecutionTrigger(type: .webhookV2),
                    input: StartInput(eventVariables: [PipelineExecution.forkMark: "true"]))), on: "p")
    }

    @Test func `a fork's pull request is offered to nobody, and the action says why`() async throws {
        let bench = try await bench()
        defer { bench.host.remove() }
        try await fork(bench, secret: false)
        let execution = try await bench.follow { $0.number == 2 && $0.status.isTerminal }
        let failure = try #require(execution.stages.last?.actions.first?.failure)
        #expect(failure.type == .permissionError && failure.message.contains("set job_workers.forks: allowed"))
        let jobs = try await board(of: bench).poll(JobQuery(type: Self.type), limit: 5)
        #expect(jobs.allSatisfy { $0.work?.isUntrusted != true })
        let log = ActionLogs(folder: bench.logFolder).file(
            of: try #require(execution.stages.last?.actions.first), in: "p")
        #expect(try String(contentsOf: log, encoding: .utf8).contains("started this execution"))
    }

    @Test func `where forks are let in, a worker gets the job, but none with a secret in it`() async throws {
        let open = try await bench(workerForks: .allowed)
        defer { open.host.remove() }
        try await fork(open, secret: false)
        let board = try board(of: open)
        _ = try await open.working {
            try await board.poll(JobQuery(type: Self.type), limit: 5).first { $0.work?.isUntrusted == true }
        }
        let closed = try await bench(workerForks: .allowed)
        defer { closed.host.remove() }
        try await fork(closed, secret: true)
        let ended = try await closed.follow { $0.number == 2 && $0.status.isTerminal }
        let failure = ended.stages.last?.actions.first?.failure
        #expect(failure?.type == .permissionError && failure?.message.contains("'Token' is one") == true)
    }

    @Test func `a provider of the type has its actions, whoever made the type`() async throws {
        let provider = ScriptedProvider(.build) { _, _ in .succeeded(ActionSuccess()) }
        let bench = try RunnerBench([RunnerBench.filesSource(), provider])
        defer { bench.host.remove() }
        let details = CustomActionType.ArtifactDetails(minimumCount: 0, maximumCount: 5)
        try await board(of: bench).put(
            CustomActionType(
                category: .build, provider: "Scripted", version: "1", inputArtifactDetails: details,
                outputArtifactDetails: details))
        let execution = try await bench.run([RunnerBench.source(), RunnerBench.build()])
        #expect(execution.status == .succeeded && provider.jobs.count == 1)
    }
}
