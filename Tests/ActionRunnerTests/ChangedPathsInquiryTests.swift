import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import ActionRunner

/// A Git host whose answers the test writes down.
final class ScriptedSourceHost: SourceHost {
    typealias Script = @Sendable (Int, ChangedPathsQuery) async -> Result<[String], FailureDetails>

    let provider: String
    private let script: Script
    private let seen = Mutex<[ChangedPathsQuery]>([])

    init(_ provider: String = "GitHub", script: @escaping Script) {
        self.provider = provider
        self.script = script
    }

    var queries: [ChangedPathsQuery] { seen.withLock { $0 } }

    func changedPaths(
        _ change: ChangedPathsQuery, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [String] {
        let count = seen.withLock { seen in
            seen.append(change)
            return seen.count
        }
        return try await script(count, change).get()
    }
}

@Suite struct ChangedPathsInquiryTests {
    private static let arn: ConnectionARN = "arn:aws:codeconnections:us-east-1:000000000000:connection/1"
    private static let connection = Connection(
        name: "github", arn: arn, provider: "GitHub", url: "https://git.example")

    private static func bench(
        _ host: ScriptedSourceHost?, connections: [Connection] = [connection], clock: ManualClock? = nil,
        patience: Double = 120
    ) throws -> RunnerBench {
        let time: @Sendable () -> Double = { clock?.now ?? Date().timeIntervalSince1970 }
        let hosts: [any SourceHost] = host.map { [$0] } ?? []
        return try RunnerBench(
            [], sourceHosts: hosts, connections: connections, clock: time, patience: patience)
    }

    /// Declares a pipeline on the repository and records a push that names its paths not.
    @discardableResult
    private static func push(_ bench: RunnerBench, name: PipelineName = "p") async throws -> Int64 {
        try await bench.workshop.prepare()
        let source = ActionDeclaration(
            name: "Checkout",
            actionTypeId: ActionTypeID(category: .source, owner: .aws, provider: "CodeStarSourceConnection"),
            configuration: [
                "ConnectionArn": .plain(arn.rawValue), "FullRepositoryId": .plain("acme/app"),
                "BranchName": .plain("main"),
            ], outputArtifacts: [ArtifactReference(name: "Code")])
        let declaration = PipelineDeclaration(
            name: name, roleArn: "r", artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
            stages: [StageDeclaration(name: "Source", actions: [source]), RunnerBench.build()])
        _ = try await bench.ledger.perform(.create(declaration, trigger: .init(type: .createPipeline)), on: name)
        return try await record(bench)
    }

    private static func record(_ bench: RunnerBench, id: String = "d1") async throws -> Int64 {
        let event = SourceEvent(
            repository: "acme/app",
            change: .branchPushed(branch: "main", before: "before-\(id)", after: "c1", forced: nil))
        let receipt = try await bench.ledger.record(
            Delivery(
                hook: "h", hookName: "app", provider: "GitHub", deliveryID: id, event: "push", receivedAt: 1,
                headers: [:], body: Data(), content: .events([event]))
        ) { event, binding in
            .asks(
                ChangedPathsQuestion(
                    connection: arn, repository: event.repository, change: .push(before: "c0", after: "c1"),
                    filters: [FilterCriteria(includes: ["src/**"], excludes: ["src/doc/**"])],
                    request: StartRequest(trigger: ExecutionTrigger(type: .webhookV2))))
        }
        #expect(receipt.decisions.map(\.started) == [nil])
        return receipt.sequence
    }

    private static func decision(
        _ bench: RunnerBench, _ sequence: Int64, until isWanted: @escaping @Sendable (DeliveryDecision) -> Bool
    ) async throws -> DeliveryDecision {
        try await bench.working {
            guard let entry = try await bench.ledger.journalEntry(sequence), entry.decisions.count == 1 else {
                return nil
            }
            return entry.decisions.first(where: isWanted)
        }
    }

    @Test func `a matching path starts the pipeline and the delivery tells so`() async throws {
        let host = ScriptedSourceHost { _, _ in .success(["README.md", "src/doc/x", "src/a.swift"]) }
        let bench = try Self.bench(host)
        defer { bench.host.remove() }
        let sequence = try await Self.push(bench)
        let decision = try await Self.decision(bench, sequence) { $0.started != nil }
        #expect(decision.reason == "a changed path matches the filter" && decision.pipeline == "p")
        #expect(host.queries == [.push(repository: "acme/app", before: "c0", after: "c1")])
        let started = try #require(decision.started)
        let execution = try #require(try await bench.ledger.execution(started))
        #expect(execution.trigger.type == .webhookV2 && execution.number == 2)
    }

    static let refusals: [(Result<[String], FailureDetails>, String)] = [
        (.success(["README.md", "src/doc/x"]), "none of the 2 changed paths matches the filter's file paths"),
        (.success([]), "none of the 0 changed paths matches the filter's file paths"),
        (
            .failure(FailureDetails(.revisionUnavailable, "c0 is gone")),
            "the changed paths can't be had: c0 is gone"
        ),
        (
            .failure(FailureDetails(.configurationError, "no such repository")),
            "the changed paths can't be had: no such repository"
        ),
    ]

    @Test(arguments: refusals) func `an answer that ends the question says why nothing starts`(
        answer: Result<[String], FailureDetails>, reason: String
    ) async throws {
        let bench = try Self.bench(ScriptedSourceHost { _, _ in answer })
        defer { bench.host.remove() }
        let sequence = try await Self.push(bench)
        let decision = try await Self.decision(bench, sequence) { $0.reason == reason }
        #expect(decision.started == nil)
        #expect(try await bench.ledger.executions(of: "p", before: nil, limit: 9).count == 1)
    }

    @Test func `a host that can't answer now is asked again later`() async throws {
        let clock = ManualClock()
        let host = ScriptedSourceHost { count, _ in
            count == 1 ? .failure(FailureDetails(.permissionError, "rate limit")) : .success(["src/a"])
        }
        let bench = try Self.bench(host, clock: clock)
        defer { bench.host.remove() }
        let sequence = try await Self.push(bench)
        let waiting = try await Self.decision(bench, sequence) { $0.reason.contains("asked for again") }
        #expect(waiting.started == nil && waiting.reason.contains("rate limit"))
        clock.advance(14)
        // A look at the ledger happens, and nothing is due.
        #expect(try await bench.ledger.claim(limit: 9, worker: WorkerID("other"), lease: 1).isEmpty)
        clock.advance(2)
        let decision = try await Self.decision(bench, sequence) { $0.started != nil }
        #expect(host.queries.count == 2 && decision.reason == "a changed path matches the filter")
        #expect(try await bench.ledger.executions(of: "p", before: nil, limit: 9).count == 2)
    }

    @Test func `what the composition lacks is named, and asked for again`() async throws {
        let without = try Self.bench(ScriptedSourceHost { _, _ in .success([]) }, connections: [])
        defer { without.host.remove() }
        let first = try await Self.push(without)
        let noConnection = try await Self.decision(without, first) { $0.reason.contains("asked for again") }
        #expect(noConnection.reason.contains("the configuration has no connection \(Self.arn)"))

        let foreign = try Self.bench(ScriptedSourceHost("GitLab") { _, _ in .success([]) })
        defer { foreign.host.remove() }
        let second = try await Self.push(foreign)
        let noHost = try await Self.decision(foreign, second) { $0.reason.contains("asked for again") }
        #expect(noHost.reason.contains("can ask the host of connection 'github' (GitHub)"))
    }

    @Test func `a host that never answers is given up and asked again later`() async throws {
        let ended = Mutex(false)
        let host = ScriptedSourceHost { _, _ in
            do { try await Task.sleep(for: .seconds(600)) } catch { ended.withLock { $0 = true } }
            return .success(["src/a"])
        }
        let bench = try Self.bench(host, patience: 0.1)
        defer { bench.host.remove() }
        let sequence = try await Self.push(bench)
        let decision = try await Self.decision(bench, sequence) { $0.reason.contains("asked for again") }
        #expect(decision.reason.contains("the host of connection 'github' gave no answer in"))
        #expect(ended.withLock { $0 } && decision.started == nil)
    }

    @Test func `a shutdown doesn't wait for a question, and the next life asks it again`() async throws {
        let host = ScriptedSourceHost { count, _ in
            if count == 1 { try? await Task.sleep(for: .seconds(600)) }
            return .success(["src/a"])
        }
        let bench = try Self.bench(host)
        defer { bench.host.remove() }
        let sequence = try await Self.push(bench)
        _ = try await bench.working { host.queries.isEmpty ? nil : true }
        #expect(bench.workshop.jobCount == 0)
        _ = try await Self.decision(bench, sequence) { $0.started != nil }
        #expect(host.queries.count == 2)
    }

    @Test func `at most four questions are open at once`() async throws {
        let open = Mutex((now: 0, most: 0))
        let host = ScriptedSourceHost { _, _ in
            open.withLock {
                $0.now += 1; $0.most = max($0.most, $0.now)
            }
            try? await Task.sleep(for: .milliseconds(30))
            open.withLock { $0.now -= 1 }
            return .success([])
        }
        let bench = try Self.bench(host)
        defer { bench.host.remove() }
        try await Self.push(bench)
        for number in 2...9 { _ = try await Self.record(bench, id: "d\(number)") }
        _ = try await bench.working { host.queries.count == 9 && open.withLock { $0.now } == 0 ? true : nil }
        #expect(open.withLock { $0.most } == 4)
    }

    @Test func `a pull request is asked for by its number and target`() async throws {
        let host = ScriptedSourceHost { _, _ in .success(["docs/x"]) }
        let bench = try Self.bench(host)
        defer { bench.host.remove() }
        let question = ChangedPathsQuestion(
            connection: "arn:aws:codestar-connections:us-east-1:000000000000:connection/1", repository: "acme/app",
            change: .pullRequest(number: 7, head: "h", targetBranch: "main", base: "b"),
            filters: [FilterCriteria(includes: ["src/**"]), FilterCriteria(includes: ["docs/**"])],
            request: StartRequest(trigger: ExecutionTrigger(type: .webhookV2)))
        let answer = await ChangedPathsInquiry(
            question: question, sourceHosts: ["GitHub": host], resolvers: [:], host: bench.host, patience: 10
        ).answer()
        #expect(answer == .inspected(match: "docs/x", count: 1))
        #expect(
            host.queries == [
                .pullRequest(repository: "acme/app", number: 7, head: "h", targetBranch: "main", base: "b")
            ])
    }
}
