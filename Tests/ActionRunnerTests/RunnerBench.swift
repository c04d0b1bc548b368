import Foundation
import LocalPlugin
import Logging
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import ActionRunner

/// A provider whose behaviour the test writes down; it remembers the jobs that it got.
final class ScriptedProvider: ActionProvider {
    typealias Script = @Sendable (ActionJob, any ActionHost) async -> ActionOutcome

    let type: ActionTypeDescription
    private let script: Script
    private let seen = Mutex<[ActionJob]>([])

    convenience init(
        _ category: ActionCategory, inputs: ActionTypeDescription.InputForm = .directory, script: @escaping Script
    ) {
        self.init(
            ActionTypeID(category: category, owner: .custom, provider: "Scripted"), inputs: inputs, script: script)
    }

    init(
        _ type: ActionTypeID, inputs: ActionTypeDescription.InputForm = .directory, script: @escaping Script
    ) {
        self.type = ActionTypeDescription(
            id: type, configuration: [], inputArtifacts: 0...5, outputArtifacts: 0...5, timeout: 3600,
            inputForm: inputs)
        self.script = script
    }

    var jobs: [ActionJob] { seen.withLock { $0 } }

    func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        seen.withLock { $0.append(job) }
        return await script(job, host)
    }
}

/// Seals by writing the letters backwards: enough to see who opens what.
struct BackwardsVault: SecretVault {
    func seal(_ text: String) throws -> SealedSecret { SealedSecret(keyID: "test", box: String(text.reversed())) }
    func open(_ secret: SealedSecret) throws -> String { String(secret.box.reversed()) }
}

final class ObservedStatuses: Sendable {
    private let seen = Mutex<[StatusObservation]>([])
    var all: [StatusObservation] { seen.withLock { $0 } }
    func add(_ observation: StatusObservation) { seen.withLock { $0.append(observation) } }
}

/// A workshop over a ledger (in memory unless one is given) and a local bucket `artifacts`.
final class RunnerBench: Sendable {
    let ledger: any Ledger
    let host: FakeHost
    let workshop: Workshop
    let logFolder: URL
    let lines = RecordedLines()
    /// What came of the commit statuses.
    let statuses = ObservedStatuses()

    init(
        _ providers: [any ActionProvider], rules: [any RuleProvider] = [], sourceHosts: [any SourceHost] = [],
        resolvers: [any EventResolver] = [], notifiers: [any Notifier] = [],
        statusReporters: [any CommitStatusReporter] = [],
        connections: [Connection] = [], ledger: (any Ledger)? = nil,
        clock: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }, concurrentJobs: Int = 8,
        lease: Double = 60, patience: Double = 120, workerForks: ForkAdmission = .refused
    ) throws {
        self.ledger = ledger ?? InMemoryLedger(settings: EngineSettings(), clock: clock)
        let bare = try FakeHost()
        let provider = try #require(
            try Local(settings: .map([:])).contributions.compactMap {
                if case .objectStore(let provider) = $0 { provider } else { nil }
            }.first)
        host = try FakeHost(
            stores: [try provider.store(for: "artifacts", settings: .map([:]), host: bare)], connections: connections,
            now: { Date(timeIntervalSince1970: clock()) })
        logFolder = host.root.appending(path: "logs")
        workshop = Workshop(
            ledger: self.ledger, providers: providers, rules: rules, sourceHosts: sourceHosts, resolvers: resolvers,
            notifiers: notifiers,
            statusReporters: statusReporters, jobs: self.ledger as? any JobBoard & Registry, host: host,
            vault: BackwardsVault(), logs: ActionLogs(folder: logFolder),
            settings: RunnerSettings(
                region: "us-east-1", account: "000000000000", concurrentJobs: concurrentJobs, lease: lease,
                pollInterval: 0.05, drain: 0.1, workFolder: host.root.appending(path: "work"),
                questionPatience: patience, noticePause: 0.01, statusPause: 0.01,
                consoleLinkBase: "https://penstock.example",
                executionLink: { "https://penstock.example/\($0)/\($1)" }, workerForks: workerForks),
            logger: lines.logger, statusObserver: { [statuses] in statuses.add($0) })
    }

    /// Declares source → build and runs the workshop until the execution ends or `until` says so.
    func run(
        _ stages: [StageDeclaration], until: @escaping @Sendable (PipelineExecution) -> Bool = { $0.status.isTerminal }
    ) async throws -> PipelineExecution {
        try await workshop.prepare()
        _ = try await ledger.perform(
            .create(
                PipelineDeclaration(
                    name: "p", roleArn: "r", artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
                    stages: stages),
                trigger: ExecutionTrigger(type: .createPipeline)), on: "p")
        return try await follow(until: until)
    }

    func follow(until: @escaping @Sendable (PipelineExecution) -> Bool) async throws -> PipelineExecution {
        try await working {
            guard let execution = try await self.ledger.executions(of: "p", before: nil, limit: 1).first,
                until(execution)
            else { return nil }
            return execution
        }
    }

    /// Runs the workshop until there is a value, then shuts it down.
    func working<Value: Sendable>(until look: @escaping @Sendable () async throws -> Value?) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await self.workshop.run()
                return nil
            }
            group.addTask {
                let deadline = ContinuousClock.now + .seconds(120)
                while ContinuousClock.now < deadline {
                    if let value = try await look() { return value }
                    try await Task.sleep(for: .milliseconds(5))
                }
                throw BenchError.timedOut
            }
            guard let value = try await group.next() ?? nil else { throw BenchError.timedOut }
            group.cancelAll()
            return value
        }
    }

    enum BenchError: Error { case timedOut }

    static func source(_ outputs: [ArtifactName] = ["Code"]) -> StageDeclaration {
        StageDeclaration(
            name: "Source",
            actions: [
                ActionDeclaration(
                    name: "Fetch", actionTypeId: ActionTypeID(category: .source, owner: .custom, provider: "Scripted"),
                    outputArtifacts: outputs.map(ArtifactReference.init))
            ])
    }

    static func build(configuration: [String: ConfigurationValue] = [:], outputs: [ArtifactName] = [])
        -> StageDeclaration
    {
        StageDeclaration(
            name: "Build",
            actions: [
                ActionDeclaration(
                    name: "Make", actionTypeId: ActionTypeID(category: .build, owner: .custom, provider: "Scripted"),
                    configuration: configuration, inputArtifacts: [ArtifactReference(name: "Code")],
                    outputArtifacts: outputs.map(ArtifactReference.init))
            ])
    }

    /// A source that puts one executable file and a link into its artifact.
    static func filesSource() -> ScriptedProvider {
        ScriptedProvider(.source) { job, _ in
            do {
                let folder = job.outputs[0].folder
                try Data("#!/bin/sh\n".utf8).write(to: folder.appending(path: "run.sh"))
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o755], ofItemAtPath: folder.appending(path: "run.sh").path)
                return .succeeded(
                    ActionSuccess(
                        outputs: [job.outputs[0].name: .directory(folder)],
                        revision: SourceRevision(actionName: job.action, revisionID: "c1", summary: "first")))
            } catch {
                return .failed(FailureDetails(.jobFailed, "\(error)"))
            }
        }
    }
}
