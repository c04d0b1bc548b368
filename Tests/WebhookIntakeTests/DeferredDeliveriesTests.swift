import Foundation
import GitPlugin
import Logging
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import WebhookIntake

/// A translator or a host's API that answers as a test tells it.
final class ToldAnswers: DeferredWebhookProvider, EventResolver, RefReader {
    enum Answer: Sendable {
        case events([SourceEvent])
        case refs([String: String])
        case failure(FailureDetails)
        case never
    }

    let name = "Plain"
    let provider = "Plain"
    let signature = WebhookSignature.hmacSHA256(header: "X-Signature", prefix: "sha256=")
    let deliveryIDHeaders = ["X-Delivery"]
    let eventHeaders = ["X-Event"]
    private let state = Mutex<(answers: [Answer], asked: Int)>(([], 0))

    init(_ answers: [Answer]) { state.withLock { $0.answers = answers } }

    var asked: Int { state.withLock { $0.asked } }

    /// The last answer stays.
    private func next() -> Answer {
        state.withLock { state in
            state.asked += 1
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
        }
    }

    private func events() async throws(FailureDetails) -> [SourceEvent] {
        switch next() {
        case .events(let events): return events
        case .failure(let failure): throw failure
        case .refs: throw FailureDetails(.configurationError, "refs were not asked for")
        case .never:
            try? await Task.sleep(for: .seconds(600))
            throw FailureDetails(.systemUnavailable, "cut short")
        }
    }

    func translate(
        _ delivery: VerifiedDelivery, host: any PluginHost
    ) async throws(FailureDetails) -> ParsedDelivery { ParsedDelivery(events: try await events()) }

    func resolve(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [SourceEvent] { try await events() }

    func enriched(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> SourceEvent { event }

    func refs(
        of repository: String, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [String: String] {
        switch next() {
        case .refs(let refs): return refs
        case .failure(let failure): throw failure
        case .events, .never: throw FailureDetails(.configurationError, "events were not asked for")
        }
    }
}

@Suite struct DeferredDeliveriesTests {
    private static let commit = "0123456789012345678901234567890123456789"
    private static let push = SourceEvent(
        repository: "acme/app", change: .branchPushed(branch: "main", before: nil, after: commit, forced: nil))
    private static let unavailable = FailureDetails(.systemUnavailable, "the host failed (502)")

    /// An intake whose hook's deliveries are all looked into, and who does it, by a clock that is moved.
    private struct World {
        let bench: IntakeBench
        let ledger: InMemoryLedger
        let clock = MovedClock(1000)
        let host: FakeHost
        let deferred: DeferredDeliveries
        let lines = LogLines()

        init(
            _ translator: Hook.Translator, resolvers: [any EventResolver] = [], readers: [any RefReader] = [],
            timeout: Double = 120
        ) async throws {
            let clock = clock
            ledger = InMemoryLedger(settings: EngineSettings(), clock: { clock.seconds })
            _ = try await ledger.perform(
                .create(IntakeBench.pipeline, trigger: ExecutionTrigger(type: .createPipeline)), on: "app")
            bench = try await IntakeBench(ledger: ledger, translator: translator)
            host = try FakeHost(now: { clock.date })
            var settings = DeferredDeliveries.Settings()
            settings.timeout = timeout
            deferred = DeferredDeliveries(
                ledger: ledger, hooks: bench.hooks, resolvers: resolvers, readers: readers, webhookARN: { "arn:\($0)" },
                host: host, settings: settings, logger: lines.logger)
        }

        /// What is due is tried, until nothing is for `seconds`.
        func pass(_ seconds: Double) async throws {
            let end = clock.seconds + seconds
            while let due = try await ledger.nextDeferredDue(), due <= end {
                clock.advance(max(0, due - clock.seconds))
                for delivery in try await ledger.deferredDeliveries(dueBy: clock.seconds, limit: 99) {
                    await deferred.deal(with: delivery)
                }
            }
            clock.advance(max(0, end - clock.seconds))
        }
    }

    @Test func `an external module's delivery is answered, then translated and started once`() async throws {
        let answers = ToldAnswers([.events([Self.push])])
        let world = try await World(.deferred(answers))
        #expect(await world.bench.post("anything") == .accepted)
        #expect(answers.asked == 0)
        #expect(try await world.bench.started().isEmpty)
        try await world.pass(1)
        try await world.pass(86_400)
        #expect(answers.asked == 1)
        #expect(try await world.bench.started().count == 1)
        #expect(await world.bench.post("anything") == .duplicate)
    }

    @Test func `a failure that may pass is tried ever more slowly, then it starts`() async throws {
        let answers = ToldAnswers([.failure(Self.unavailable), .failure(Self.unavailable), .events([Self.push])])
        let world = try await World(.deferred(answers))
        _ = await world.bench.post("anything")
        try await world.pass(4)
        #expect(answers.asked == 1)
        #expect(try await world.ledger.nextDeferredDue() == 1005)
        let entry = try #require(try await world.bench.journal().first)
        #expect(entry.decisions.first?.reason.contains("502") == true)
        try await world.pass(2)
        #expect(answers.asked == 2)
        #expect(try await world.ledger.nextDeferredDue() == 1015)
        try await world.pass(20)
        #expect(try await world.bench.started().count == 1)
    }

    @Test func `after a day it is parked with the reason, and a replay tries it again`() async throws {
        let answers = ToldAnswers([.failure(Self.unavailable)])
        let world = try await World(.deferred(answers))
        _ = await world.bench.post("anything")
        try await world.pass(86_500)
        // 5, 10, 20 … seconds, then every hour.
        #expect((30...40).contains(answers.asked), "\(answers.asked)")
        let parked = try await world.ledger.journal(JournalFilter(parkedOnly: true), before: nil, limit: 9)
        #expect(parked.map(\.deferral?.reason) == ["the host failed (502)"])
        #expect(world.lines.count("a delivery was parked") == 1)
        let entry = try #require(try await world.ledger.journalEntry(parked[0].sequence))
        let receipt = try await world.bench.intake.replay(entry)
        #expect(receipt.isDeferred)
        #expect(try await world.ledger.journal(JournalFilter(parkedOnly: true), before: nil, limit: 9).isEmpty)
    }

    @Test(arguments: [FailureDetails.Kind.configurationError, .revisionUnavailable])
    func `what can never be told is parked at once`(kind: FailureDetails.Kind) async throws {
        let answers = ToldAnswers([.failure(FailureDetails(kind, "never"))])
        let world = try await World(.deferred(answers))
        _ = await world.bench.post("anything")
        try await world.pass(86_500)
        #expect(answers.asked == 1)
        #expect(try await world.bench.journal().first?.deferral?.isParked == true)
    }

    @Test func `an open fact is asked of the connection's module`() async throws {
        let answers = ToldAnswers([.events([Self.push])])
        let world = try await World(.immediate(PlainWebhook()), resolvers: [answers])
        #expect(await world.bench.post("tag acme/app v1 0123") == .accepted)
        try await world.pass(1)
        #expect(try await world.bench.started().count == 1)
        let entry = try #require(try await world.ledger.journalEntry(1))
        #expect(entry.events == [Self.push] && world.bench.intake.events(of: entry) == [Self.push])
        // A replay by hand asks again.
        #expect(try await world.bench.intake.replay(entry).isDeferred)
        try await world.pass(1)
        #expect(try await world.bench.started().count == 2)
    }

    @Test func `without a module that can say, the refs are asked`() async throws {
        let reader = ToldAnswers([.refs(["refs/tags/v1": Self.commit]), .refs([:])])
        let world = try await World(.immediate(PlainWebhook()), readers: [reader])
        _ = await world.bench.post("tag acme/app v1 0123")
        try await world.pass(1)
        let entry = try #require(try await world.ledger.journalEntry(1))
        #expect(entry.events?.map(\.change) == [.tagPushed(tag: "v1", commit: Self.commit)])
        #expect(entry.decisions.map(\.pipeline) == ["app"])
        _ = await world.bench.post("tag acme/app v1 0123", id: "2")
        try await world.pass(1)
        #expect(try await world.bench.journal().first?.deferral?.reason == "tag 'v1' is no longer in the repository")
    }

    private static let hostile = [
        "--upload-pack=touch /tmp/penstock-was-here", "../../etc/passwd", "http://169.254.169.254/latest", "$(id)",
        "a\nb",
        "acme/\u{202E}app", "file:///etc", "git@10.0.0.1:x", String(repeating: "n/", count: 1 << 19),
    ]

    @Test(arguments: hostile)
    func `a hostile name is asked of nobody`(name: String) async throws {
        let event = SourceEvent(
            repository: name, change: .tagPushed(tag: name, commit: name), unresolved: .taggedCommit)
        let world = try await World(.deferred(ToldAnswers([.events([event])])), readers: [GitRefReader()])
        _ = await world.bench.post("anything")
        try await world.pass(1)
        let entry = try #require(try await world.bench.journal().first)
        #expect(entry.deferral?.isParked == true)
        #expect(
            entry.deferral?.reason?.contains("can't be a repository's name") == true, "\(entry.deferral?.reason ?? "")")
        #expect((entry.deferral?.reason ?? "").utf8.count < 2000)
        #expect(!FileManager.default.fileExists(atPath: "/tmp/penstock-was-here"))
    }

    @Test func `nobody can say: it is parked with what is missing`() async throws {
        let world = try await World(.immediate(PlainWebhook()))
        _ = await world.bench.post("tag acme/app v1 0123")
        try await world.pass(1)
        #expect(
            try await world.bench.journal().first?.deferral?.reason?.contains("leaves open taggedCommit") == true)
    }

    @Test func `a module that hangs is given up`() async throws {
        let world = try await World(.deferred(ToldAnswers([.never])), timeout: 0.05)
        _ = await world.bench.post("anything")
        for delivery in try await world.ledger.deferredDeliveries(dueBy: 2000, limit: 9) {
            await world.deferred.deal(with: delivery)
        }
        #expect(try await world.bench.journal().first?.deferral?.reason == "no answer within 0 seconds")
    }

    @Test func `the service deals with what comes while it runs, and one slow answer holds up no other`() async throws {
        let answers = ToldAnswers([.never, .events([Self.push])])
        let world = try await World(.deferred(answers))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.deferred.run() }
            _ = await world.bench.post("anything", id: "slow")
            while answers.asked == 0 { try await Task.sleep(for: .milliseconds(5)) }
            _ = await world.bench.post("anything", id: "quick")
            while try await world.bench.started().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            group.cancelAll()
        }
        // What was under way is on the desk still.
        #expect(try await world.ledger.deferredDeliveries(dueBy: 2000, limit: 9).count == 1)
        #expect(try await world.bench.started().count == 1)
    }
}
