import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import ActionRunner

/// Takes statuses, after as many failures as the test says.
final class ScriptedReporter: CommitStatusReporter {
    struct Call: Equatable {
        var state: CommitStatus.State
        var context: String
        var mayBeThere: Bool
        var wasTaken: Bool
    }

    let provider = "Scripted"
    private let failures: Mutex<[FailureDetails]>
    private let seen = Mutex<[Call]>([])

    private let rule: @Sendable (CommitStatus) -> FailureDetails?

    init(
        failures: [FailureDetails] = [],
        failing rule: @escaping @Sendable (CommitStatus) -> FailureDetails? = { _ in nil }
    ) {
        self.failures = Mutex(failures)
        self.rule = rule
    }

    var calls: [Call] { seen.withLock { $0 } }

    func report(
        _ status: CommitStatus, mayBeThere: Bool, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) {
        let failure = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() } ?? rule(status)
        seen.withLock {
            $0.append(
                Call(
                    state: status.state, context: status.context, mayBeThere: mayBeThere, wasTaken: failure == nil))
        }
        if let failure { throw failure }
    }
}

@Suite struct CommitStatusTests {
    private static func connection(statuses: String? = nil, credential: Credential?) -> Connection {
        Connection(
            name: "host", arn: "arn:aws:codeconnections:us-east-1:000000000000:connection/host", provider: "Scripted",
            url: "https://host.example", credential: credential,
            options: statuses.map { ["statuses": $0] } ?? [:])
    }

    private static let token = Credential(user: "u", secret: "s")

    /// Runs a pipeline whose source names a connection until its execution has ended and its statuses are out.
    ///
    /// - Parameter isGone: the connection was there when the statuses were decided, and is not any more.
    @discardableResult
    private static func told(
        _ reporter: ScriptedReporter, on connection: Connection, isGone: Bool = false
    ) async throws -> RunnerBench {
        let settings = EngineSettings(commitStatuses: { _ in true })
        let ledger = InMemoryLedger(settings: settings, clock: { Date().timeIntervalSince1970 })
        let type = ActionTypeID(category: .source, owner: .aws, provider: "CodeStarSourceConnection")
        let source = ScriptedProvider(type) { job, _ in
            .succeeded(
                ActionSuccess(
                    outputs: [job.outputs[0].name: .directory(job.outputs[0].folder)],
                    revision: SourceRevision(actionName: job.action, revisionID: "c1")))
        }
        let build = ScriptedProvider(.build) { _, _ in .succeeded(ActionSuccess()) }
        let bench = try RunnerBench(
            [source, build], statusReporters: [reporter], connections: isGone ? [] : [connection],
            ledger: ledger)
        defer { bench.host.remove() }
        try await bench.workshop.prepare()
        var stage = RunnerBench.source()
        stage.actions[0].actionTypeId = type
        stage.actions[0].configuration = [
            "ConnectionArn": .plain(connection.arn.rawValue), "FullRepositoryId": .plain("acme/app"),
            "BranchName": .plain("main"),
        ]
        _ = try await ledger.perform(
            .create(
                PipelineDeclaration(
                    name: "p", roleArn: "r", artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
                    stages: [stage, RunnerBench.build()]),
                trigger: ExecutionTrigger(type: .createPipeline)), on: "p")
        _ = try await bench.working { () -> Bool? in
            let execution = try await ledger.executions(of: "p", before: nil, limit: 1).first
            let counts = try await ledger.counts()
            guard execution?.status.isTerminal == true, counts.effectsDue + counts.effectsWaiting == 0,
                bench.workshop.running.effects.isEmpty
            else { return nil }
            return true
        }
        return bench
    }

    @Test func `each transition is told once, in order, and a failure is tried again without overtaking`() async throws
    {
        let busy = FailureDetails(.systemUnavailable, "busy")
        let reporter = ScriptedReporter(failures: [busy, busy, busy])
        try await Self.told(reporter, on: Self.connection(credential: Self.token))
        let contexts = Dictionary(grouping: reporter.calls.filter(\.wasTaken), by: \.context)
        #expect(contexts["penstock/p/Source"]?.map(\.state) == [.succeeded])
        #expect(contexts["penstock/p/Build"]?.map(\.state) == [.running, .succeeded])
        let repeated = reporter.calls.enumerated().filter { !$0.element.wasTaken }
        #expect(repeated.count == 3)
        for context in Set(reporter.calls.map(\.context)) {
            let calls = reporter.calls.filter { $0.context == context }
            for (former, next) in zip(calls, calls.dropFirst()) where !former.wasTaken {
                #expect(next.mayBeThere && next.state == former.state, "\(calls)")
            }
        }
    }

    @Test(arguments: [FailureDetails.Kind.permissionError, .configurationError, .revisionUnavailable])
    func `what a host will never take is let go at once, with its reason`(kind: FailureDetails.Kind) async throws {
        let reporter = ScriptedReporter(failures: Array(repeating: FailureDetails(kind, "no, because"), count: 10))
        let bench = try await Self.told(reporter, on: Self.connection(credential: Self.token))
        #expect(reporter.calls.count == 3)
        #expect(
            bench.statuses.all == Array(repeating: StatusObservation(provider: "Scripted", result: .refused), count: 3))
        let said = bench.lines.all.filter { $0.contains("is given up") }
        #expect(said.count == 3 && said.allSatisfy { $0.contains("reason=no, because") }, "\(bench.lines.all)")
    }

    @Test func `a status that is refused holds no later one up`() async throws {
        let refusal = FailureDetails(.revisionUnavailable, "no such commit")
        let reporter = ScriptedReporter(failing: { $0.state == .running ? refusal : nil })
        let bench = try await Self.told(reporter, on: Self.connection(credential: Self.token))
        let build = reporter.calls.filter { $0.context == "penstock/p/Build" }
        #expect(build.map(\.state) == [.running, .succeeded] && build.map(\.wasTaken) == [false, true])
        #expect(bench.statuses.all.map(\.result).sorted { $0.rawValue < $1.rawValue } == [.refused, .shown, .shown])
    }

    @Test func `statuses of a connection that is gone end with a stated reason each`() async throws {
        let reporter = ScriptedReporter()
        let connection = Self.connection(credential: Self.token)
        let bench = try await Self.told(reporter, on: connection, isGone: true)
        #expect(reporter.calls == [])
        #expect(
            bench.statuses.all == Array(repeating: StatusObservation(provider: nil, result: .dropped), count: 3))
        let execution = try #require(try await bench.ledger.executions(of: "p", before: nil, limit: 1).first)
        let said = bench.lines.all.filter { $0.contains("a commit status is dropped") }
        #expect(said.count == 3, "\(bench.lines.all)")
        for fact in [
            "warning:", "connection=\(connection.arn)", "execution=\(execution.id)", "pipeline=p",
            "repository=acme/app",
            "commit=c1", "reason=the connection is gone",
        ] {
            #expect(said.allSatisfy { $0.contains(fact) }, "\(fact): \(said)")
        }
    }

    @Test func `a connection without credential, or with statuses off, tells nobody and says why`() async throws {
        let reporter = ScriptedReporter()
        let bare = try await Self.told(reporter, on: Self.connection(credential: nil))
        let off = try await Self.told(reporter, on: Self.connection(statuses: "off", credential: Self.token))
        #expect(reporter.calls == [])
        for (bench, reason) in [(bare, "has no credential"), (off, "statuses: off")] {
            #expect(bench.lines.all.filter { $0.contains("is dropped") && $0.contains(reason) }.count == 3)
            #expect(bench.statuses.all.map(\.result) == [.dropped, .dropped, .dropped])
        }
    }
}
