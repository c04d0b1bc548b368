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

    init(failures: [FailureDetails] = []) { self.failures = Mutex(failures) }

    var calls: [Call] { seen.withLock { $0 } }

    func report(
        _ status: CommitStatus, mayBeThere: Bool, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) {
        let failure = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
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
    private static func told(_ reporter: ScriptedReporter, on connection: Connection) async throws {
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
            [source, build], statusReporters: [reporter], connections: [connection], ledger: ledger)
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
    func `what a host will never take is let go at once`(kind: FailureDetails.Kind) async throws {
        let reporter = ScriptedReporter(failures: Array(repeating: FailureDetails(kind, "no"), count: 10))
        try await Self.told(reporter, on: Self.connection(credential: Self.token))
        #expect(reporter.calls.count == 3)
    }

    @Test func `a connection without credential, or with statuses off, tells nobody`() async throws {
        let reporter = ScriptedReporter()
        try await Self.told(reporter, on: Self.connection(credential: nil))
        try await Self.told(reporter, on: Self.connection(statuses: "off", credential: Self.token))
        #expect(reporter.calls == [])
    }
}
