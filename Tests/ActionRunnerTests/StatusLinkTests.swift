import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import ActionRunner

/// Remembers where each status leads.
private final class LinkKeeper: CommitStatusReporter {
    let provider = "Linked"
    let links = Mutex<[String?]>([])

    func report(
        _ status: CommitStatus, mayBeThere: Bool, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) { links.withLock { $0.append(status.url) } }
}

@Suite struct StatusLinkTests {
    @Test func `each status leads to its own execution`() async throws {
        let connection = Connection(
            name: "host", arn: "arn:aws:codeconnections:us-east-1:000000000000:connection/host", provider: "Linked",
            url: "https://host.example", credential: Credential(user: "u", secret: "s"))
        let ledger = InMemoryLedger(
            settings: EngineSettings(commitStatuses: { _ in true }), clock: { Date().timeIntervalSince1970 })
        let type = ActionTypeID(category: .source, owner: .aws, provider: "CodeStarSourceConnection")
        let source = ScriptedProvider(type) { job, _ in
            .succeeded(
                ActionSuccess(
                    outputs: [job.outputs[0].name: .directory(job.outputs[0].folder)],
                    revision: SourceRevision(actionName: job.action, revisionID: "c1")))
        }
        let keeper = LinkKeeper()
        let bench = try RunnerBench(
            [source, ScriptedProvider(.build) { _, _ in .succeeded(ActionSuccess()) }], statusReporters: [keeper],
            connections: [connection], ledger: ledger)
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
        let execution = try await bench.working { () -> ExecutionID? in
            let execution = try await ledger.executions(of: "p", before: nil, limit: 1).first
            return execution?.status.isTerminal == true && keeper.links.withLock(\.count) >= 2 ? execution?.id : nil
        }
        #expect(Set(keeper.links.withLock { $0 }) == ["https://penstock.example/p/\(execution)"])
    }
}
