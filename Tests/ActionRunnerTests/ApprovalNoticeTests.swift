import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import ActionRunner

/// Fails as often as the test says, then takes messages.
final class ScriptedNotifier: Notifier {
    private let failures: Mutex<Int>
    private let taken = Mutex<[NotificationMessage]>([])
    private let tried = Mutex(0)

    init(failures: Int = 0) { self.failures = Mutex(failures) }

    var messages: [NotificationMessage] { taken.withLock { $0 } }
    var attempts: Int { tried.withLock { $0 } }

    func notify(_ message: NotificationMessage, host: any PluginHost) async throws(FailureDetails) {
        tried.withLock { $0 += 1 }
        let fails = failures.withLock { left in
            left -= 1
            return left >= 0
        }
        if fails { throw FailureDetails(.systemUnavailable, "the topic is asleep") }
        taken.withLock { $0.append(message) }
    }
}

@Suite struct ApprovalNoticeTests {
    private static let notice = ApprovalNotice(
        topic: "arn:aws:sns:us-east-2:1:t", region: "us-east-2", pipeline: "Shop", stage: "Gate", action: "Ok",
        token: "1a2b", expires: 1_467_922_920, customData: "Look \"here\"/there")

    /// The notice as an effect that the workshop's worker holds: it takes the place of an action's.
    private static func lend(_ bench: RunnerBench, attempt: Int = 1) async throws -> ClaimedEffect {
        _ = try await bench.ledger.perform(.create(.plain(), trigger: .init(type: .createPipeline)), on: "p")
        let held = try await bench.ledger.claim(limit: 9, worker: bench.workshop.worker, lease: 60)
        let run = try #require(held.first)
        let claimed = ClaimedEffect(
            id: run.id, effect: Effect(kind: .notify(notice), pipeline: "p", subject: .errand("n"), dueAt: 0),
            attempt: attempt)
        _ = bench.workshop.running.register("n", effect: run.id, isErrand: true)
        return claimed
    }

    private static func isGone(_ effect: EffectID, _ bench: RunnerBench) async throws -> Bool {
        try await bench.ledger.renew([effect], worker: bench.workshop.worker, lease: 60).isEmpty
    }

    @Test func `the message is the one that SNS subscribers know`() throws {
        var notice = Self.notice
        notice.externalEntityLink = "http://example.com"
        let message = try NotificationMessage(notice, consoleLinkBase: "https://c")
        #expect(message.topic == "arn:aws:sns:us-east-2:1:t")
        #expect(message.subject == "APPROVAL NEEDED: AWS CodePipeline Shop for action Ok")
        let body = try #require(try JSONSerialization.jsonObject(with: Data(message.body.utf8)) as? NSDictionary)
        let expected: NSDictionary = [
            "region": "us-east-2", "consoleLink": "https://c/view/Shop",
            "approval": [
                "pipelineName": "Shop", "stageName": "Gate", "actionName": "Ok", "token": "1a2b",
                "expires": "2016-07-07T20:22Z", "externalEntityLink": "http://example.com",
                "approvalReviewLink": "https://c/view/Shop/Gate/Ok/approve/1a2b", "customData": "Look \"here\"/there",
            ],
        ]
        #expect(body == expected)
        #expect(try !NotificationMessage(Self.notice, consoleLinkBase: "").body.contains("externalEntityLink"))
    }

    @Test func `every notifier gets it once, those that fail until they take it`() async throws {
        let (good, slow) = (ScriptedNotifier(), ScriptedNotifier(failures: 3))
        let bench = try RunnerBench([], notifiers: [good, slow], clock: { 1_467_900_000 })
        defer { bench.host.remove() }
        let claimed = try await Self.lend(bench)
        await bench.workshop.perform(claimed)
        #expect(good.messages.count == 1 && good.attempts == 1)
        #expect(slow.messages.count == 1 && slow.attempts == 4)
        #expect(slow.messages == good.messages)
        #expect(try await Self.isGone(claimed.id, bench) && bench.workshop.running.effects.isEmpty)
    }

    @Test func `without a notifier the effect ends`() async throws {
        let bench = try RunnerBench([])
        defer { bench.host.remove() }
        let claimed = try await Self.lend(bench)
        await bench.workshop.perform(claimed)
        #expect(try await Self.isGone(claimed.id, bench))
    }

    @Test func `after a day, or when the approval has expired, nobody is told any more`() async throws {
        let deaf = ScriptedNotifier(failures: .max)
        let late = try RunnerBench([], notifiers: [deaf], clock: { 1_467_900_000 })
        defer { late.host.remove() }
        let last = try await Self.lend(late, attempt: 32)
        await late.workshop.perform(last)
        #expect(try await Self.isGone(last.id, late) && deaf.attempts == 1)

        let expired = try RunnerBench([], notifiers: [deaf], clock: { 1_467_922_921 })
        defer { expired.host.remove() }
        let first = try await Self.lend(expired)
        await expired.workshop.perform(first)
        #expect(try await Self.isGone(first.id, expired) && deaf.attempts == 2)
    }

    @Test func `an approval that was answered meanwhile is announced no more`() async throws {
        let deaf = ScriptedNotifier(failures: .max)
        let bench = try RunnerBench([], notifiers: [deaf], clock: { 1_467_900_000 })
        defer { bench.host.remove() }
        let claimed = try await Self.lend(bench)
        // Its effect is cancelled: nobody holds it any more.
        _ = try await bench.ledger.finish(claimed.id, reporting: nil, on: "p")
        await bench.workshop.perform(claimed)
        #expect(deaf.attempts == 1)
    }

    @Test func `a shutdown hands the message back`() async throws {
        let deaf = ScriptedNotifier(failures: .max)
        let bench = try RunnerBench([], notifiers: [deaf], clock: { 1_467_900_000 })
        defer { bench.host.remove() }
        let claimed = try await Self.lend(bench)
        bench.workshop.running.cancelErrands()
        await bench.workshop.perform(claimed)
        let again = try await bench.ledger.claim(limit: 9, worker: WorkerID("next"), lease: 60)
        #expect(again.map(\.id) == [claimed.id])
    }
}

extension PipelineDeclaration {
    /// Source and build, without a gate.
    static func plain() -> PipelineDeclaration {
        PipelineDeclaration(
            name: "p", roleArn: "r", artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
            stages: [RunnerBench.source(), RunnerBench.build()])
    }
}
