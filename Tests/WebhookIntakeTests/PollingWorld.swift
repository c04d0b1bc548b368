import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import WebhookIntake

/// A clock that a test moves.
final class MovedClock: Sendable {
    private let time: Mutex<Double>

    init(_ start: Double) { time = Mutex(start) }

    var seconds: Double { time.withLock { $0 } }
    var date: Date { Date(timeIntervalSince1970: seconds) }
    func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
}

/// The lines that were logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    func count(_ text: String) -> Int { all.count { $0.contains(text) } }

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    private struct Handler: LogHandler {
        let lines: LogLines
        var logLevel = Logger.Level.debug
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let facts = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            lines.lines.withLock { $0.append("\(event.level) \(event.message) \(facts.joined(separator: " "))") }
        }
    }
}

/// Sources that say what a test tells them to.
final class ToldProbe: RevisionProbe {
    enum Answer: Sendable {
        case revision(String?)
        case failure(FailureDetails)
        case never
    }

    private struct State {
        var answers: [String: Answer] = [:]
        var looks: [String] = []
        var running = 0
        var most = 0
    }

    private let state = Mutex(State())
    let types: [ActionTypeID]
    let revisionType: SourceRevisionOverride.Kind
    private let place: String

    init(_ type: ActionTypeID, place: String, revisionType: SourceRevisionOverride.Kind) {
        types = [type]
        self.place = place
        self.revisionType = revisionType
    }

    /// What the sources at `place` answer from now on.
    func tell(_ place: String, _ answer: Answer) { state.withLock { $0.answers[place] = answer } }
    var looks: [String] { state.withLock { $0.looks } }
    var mostAtATime: Int { state.withLock { $0.most } }

    func newestRevision(
        _ type: ActionTypeID, configuration: [String: String], host: any PluginHost
    ) async throws(FailureDetails) -> String? {
        let key = configuration[place] ?? ""
        let answer = state.withLock { state in
            state.looks.append(key)
            state.running += 1
            state.most = max(state.most, state.running)
            return state.answers[key] ?? .revision(nil)
        }
        defer { state.withLock { $0.running -= 1 } }
        // Long enough for others to come in.
        try? await Task.sleep(for: .milliseconds(1))
        switch answer {
        case .revision(let revision): return revision
        case .failure(let failure): throw failure
        case .never:
            try? await Task.sleep(for: .seconds(600))
            throw FailureDetails(.systemUnavailable, "stopped")
        }
    }
}

/// Polling over a ledger in memory, with a clock that stands until it is moved.
struct PollingWorld {
    static let s3 = ActionTypeID(category: .source, owner: .aws, provider: "S3")
    static let connection = ActionTypeID(category: .source, owner: .aws, provider: "CodeStarSourceConnection")
    static let version1 = ActionTypeID(category: .source, owner: .thirdParty, provider: "GitHub")

    let clock = MovedClock(1_800_000_000)
    let lines = LogLines()
    let ledger: InMemoryLedger
    let host: FakeHost
    let vault: KeyFileVault
    let objects = ToldProbe(s3, place: "S3ObjectKey", revisionType: .s3ObjectVersionID)
    let branches = ToldProbe(connection, place: "BranchName", revisionType: .commitID)
    let tokens = ToldProbe(version1, place: "OAuthToken", revisionType: .commitID)
    let polling: SourcePolling

    init(_ settings: SourcePollingSettings = SourcePollingSettings(), random: Double = 0.5) throws {
        let clock = clock
        ledger = InMemoryLedger(settings: EngineSettings(), clock: { clock.seconds })
        host = try FakeHost(now: { clock.date })
        vault = try KeyFileVault(folder: host.root)
        polling = SourcePolling(
            ledger: ledger, probes: [objects, branches, tokens], vault: vault, host: host, settings: settings,
            random: { random }, logger: lines.logger)
    }

    /// A pipeline of one source action, `Checkout`, whose first execution has fetched `revision`.
    func declare(
        _ name: PipelineName, _ configuration: [String: ConfigurationValue], of type: ActionTypeID = PollingWorld.s3,
        fetched revision: String? = "r1", triggers: [TriggerDeclaration]? = nil
    ) async throws {
        let action = ActionDeclaration(name: "Checkout", actionTypeId: type, configuration: configuration)
        let declaration = PipelineDeclaration(
            name: name, roleArn: "arn:aws:iam::000000000000:role/p",
            artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
            stages: [StageDeclaration(name: "Source", actions: [action])], triggers: triggers)
        _ = try await ledger.perform(
            .create(declaration, trigger: ExecutionTrigger(type: .createPipeline)), on: name)
        if let revision { try await fetch(name, revision) }
    }

    /// Every source action of the pipeline that runs has fetched that revision.
    func fetch(_ pipeline: PipelineName, _ revision: String) async throws {
        let state = try #require(try await ledger.state(of: pipeline))
        for execution in state.executions.values.sorted(by: { $0.number < $1.number }) {
            for action in execution.stages.flatMap(\.actions) where action.status == .inProgress {
                let result = ActionResult(revision: SourceRevision(actionName: action.action, revisionID: revision))
                _ = try await ledger.perform(.actionSucceeded(ActionReference(action), result), on: pipeline)
            }
        }
    }

    /// Moves the clock and does the rounds that fall due, half a minute each.
    func pass(_ seconds: Double, _ memory: inout SourcePolling.Memory) async {
        let end = clock.seconds + seconds
        await polling.round(&memory)
        while clock.seconds < end {
            clock.advance(min(30, end - clock.seconds))
            await polling.round(&memory)
        }
    }

    /// Newest first.
    func executions(_ pipeline: PipelineName) async throws -> [PipelineExecution] {
        try await ledger.executions(of: pipeline, before: nil, limit: 100)
    }
}
