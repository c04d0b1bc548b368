import ActionRunner
import Foundation
import PenstockServer
import PipelineEngine
import PipelineModel
import PluginKit

/// A data folder with pipelines and a hook, for one benchmark; removed at its end.
struct BenchWorld {
    static let hook = HookID("bench")
    /// Takes pushes that differ, which a load generator can't sign.
    static let openHook = "bench-open"
    static let secret = "a secret of the benchmarks"

    let folder: URL
    var data: URL { folder.appending(path: "data") }
    var configuration: URL { folder.appending(path: "penstock.yaml") }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "penstock-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let text = """
            log_level: error
            connections:
              bench: {url: "https://git.example"}
            hooks:
              bench: {connection: bench, id: \(Self.hook), secret: "\(Self.secret)"}
              open: {connection: bench, id: \(Self.openHook), unauthenticated: true}
            """
        try Data(text.utf8).write(to: configuration)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    func settings(listen: String = "127.0.0.1:0") throws -> ServerSettings {
        try ServerSettings.load(.init(config: configuration.path, data: data.path, listen: listen), environment: [:])
    }

    /// A gateway on this folder whose actions do nothing.
    func gateway(ran: @escaping @Sendable (ActionJob) -> Void = { _ in }) async throws -> Gateway {
        let settings = try settings()
        return try await Gateway.open(
            settings, logger: try CommandLogger.make(level: settings.logLevel), actions: NoOpAction.all(ran: ran))
    }

    /// Declares a pipeline for each repository and waits until the executions that this starts are over.
    func declare(_ repositories: [String]) async throws {
        let gateway = try await gateway()
        try await gateway.atWork {
            for (number, repository) in repositories.enumerated() {
                let trigger = ExecutionTrigger(type: .createPipeline)
                let declaration = Self.pipeline(number, following: repository)
                _ = try await gateway.ledger.perform(
                    .create(declaration, trigger: trigger), on: declaration.name)
            }
            try await gateway.waitForSuccess(of: repositories.count)
        }
        await gateway.close()
    }

    static func name(_ number: Int) -> PipelineName { PipelineName("bench-\(number)") }

    /// Source, build and deploy; none of them does anything.
    static func pipeline(_ number: Int, following repository: String) -> PipelineDeclaration {
        let source = ActionDeclaration(
            name: "Commit", actionTypeId: NoOpAction.source,
            configuration: [
                "ConnectionArn": .plain("arn:aws:codeconnections:us-east-1:000000000000:connection/bench"),
                "FullRepositoryId": .plain(repository), "BranchName": .plain("main"),
            ])
        return PipelineDeclaration(
            name: name(number), roleArn: "arn:aws:iam::000000000000:role/bench",
            artifactStore: ArtifactStoreDeclaration(location: "bench-artifacts"),
            stages: [
                StageDeclaration(name: "Source", actions: [source]),
                StageDeclaration(
                    name: "Build", actions: [ActionDeclaration(name: "Build", actionTypeId: NoOpAction.build)]),
                StageDeclaration(
                    name: "Deploy", actions: [ActionDeclaration(name: "Deploy", actionTypeId: NoOpAction.deploy)]),
            ])
    }
}

extension Gateway {
    /// Runs the workshop while the body does its work.
    func atWork<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await workshop.run() }
            let value = try await body()
            group.cancelAll()
            return value
        }
    }

    /// Returns when so many executions have succeeded since the ledger was made.
    func waitForSuccess(of count: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while try await ledger.counts().executionsByStatus[.succeeded] ?? 0 < count {
            guard ContinuousClock.now < deadline else {
                throw BenchFailure("\(count) executions did not succeed within two minutes")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}
