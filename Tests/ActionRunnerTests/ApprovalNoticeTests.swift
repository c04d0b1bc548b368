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
    private static let topic = "arn:aws:sns:us-east-1:000000000000:approvals"

    private static func pipeline() -> PipelineDeclaration {
        let approval = ActionDeclaration(
            name: "Ok", actionTypeId: .manualApproval,
            configuration: ["NotificationArn": .plain(topic), "CustomData": .plain("Look here")])
        return PipelineDeclaration(
            name: "p", roleArn: "r", artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
            stages: [
                RunnerBench.source(), StageDeclaration(name: "Gate", actions: [approval]), RunnerBench.build(),
            ])
    }

    private static func bench(_ notifiers: [any Notifier]) async throws -> RunnerBench {
        let bench = try RunnerBench([RunnerBench.filesSource()], notifiers: notifiers)
        try await bench.workshop.prepare()
        _ = try await bench.ledger.perform(.create(pipeline(), trigger: .init(type: .createPipeline)), on: "p")
        return bench
    }

    private static func token(_ bench: RunnerBench) async throws -> String? {
        let execution = try await bench.ledger.executions(of: "p", before: nil, limit: 1).first
        return execution?.stages.last?.actions.first?.approvalToken
    }

    /// What is to be told has been told or given up: the approval's timer alone is left.
    private static func isSettled(_ bench: RunnerBench) async throws -> Bool {
        let counts = try await bench.ledger.counts()
        return bench.workshop.running.effects.isEmpty && counts.effectsDue == 0 && counts.effectsWaiting == 1
    }

    @Test func `every notifier gets it once, those that fail until they take it`() async throws {
        let (good, slow) = (ScriptedNotifier(), ScriptedNotifier(failures: 3))
        let bench = try await Self.bench([good, slow])
        defer { bench.host.remove() }
        let token = try await bench.working { () -> String? in
            guard let token = try await Self.token(bench), try await Self.isSettled(bench) else { return nil }
            return token
        }
        #expect(good.messages.count == 1 && good.attempts == 1)
        #expect(slow.messages == good.messages && slow.attempts == 4)
        let message = try #require(good.messages.first)
        #expect(message.topic == Self.topic)
        #expect(message.subject == "APPROVAL NEEDED: AWS CodePipeline p for action Ok")
        #expect(message.body.contains("https://penstock.example/view/p/Gate/Ok/approve/\(token)"))
        #expect(message.body.contains(#""customData":"Look here""#))
    }

    @Test func `without a notifier the approval waits untold`() async throws {
        let bench = try await Self.bench([])
        defer { bench.host.remove() }
        _ = try await bench.working {
            if try await Self.token(bench) == nil { return nil as Bool? }
            return try await Self.isSettled(bench) ? true : nil
        }
    }

    @Test func `an approval that was answered meanwhile is announced no more`() async throws {
        let deaf = ScriptedNotifier(failures: .max)
        let bench = try await Self.bench([deaf])
        defer { bench.host.remove() }
        _ = try await bench.working { () -> Bool? in
            guard deaf.attempts > 1, let token = try await Self.token(bench) else { return nil }
            let answer = ApprovalAnswer(
                stage: "Gate", action: "Ok", token: token, status: .rejected, summary: "", by: "me")
            _ = try await bench.ledger.perform(.answerApproval(answer), on: "p")
            return true
        }
        _ = try await bench.working {
            let counts = try await bench.ledger.counts()
            return counts.effectsDue + counts.effectsWaiting == 0 ? true : nil
        }
        #expect(deaf.messages.isEmpty)
    }

    @Test func `after a day nobody is told any more`() async throws {
        let deaf = ScriptedNotifier(failures: .max)
        let bench = try await Self.bench([deaf])
        defer { bench.host.remove() }
        let claimed = try await Self.lend(bench, attempt: 32)
        await bench.workshop.perform(claimed)
        #expect(deaf.attempts == 1)
        #expect(try await bench.ledger.renew([claimed.id], worker: bench.workshop.worker, lease: 60).isEmpty)
    }

    @Test func `a shutdown hands the message back`() async throws {
        let deaf = ScriptedNotifier(failures: .max)
        let bench = try await Self.bench([deaf])
        defer { bench.host.remove() }
        let claimed = try await Self.lend(bench, attempt: 1)
        bench.workshop.running.cancelErrands()
        await bench.workshop.perform(claimed)
        let again = try await bench.ledger.claim(limit: 9, worker: WorkerID("next"), lease: 60)
        #expect(again.map(\.id) == [claimed.id])
    }

    /// The notice as the workshop holds it after so many attempts: the source is run by hand.
    private static func lend(_ bench: RunnerBench, attempt: Int) async throws -> ClaimedEffect {
        for run in try await bench.ledger.claim(limit: 9, worker: bench.workshop.worker, lease: 60) {
            guard case .runAction(let work) = run.effect.kind else { continue }
            let outputs = work.action.outputArtifacts
            _ = try await bench.ledger.finish(
                run.id, reporting: .actionSucceeded(ActionReference(work.action), ActionResult(outputs: outputs)),
                on: "p")
        }
        let held = try await bench.ledger.claim(limit: 9, worker: bench.workshop.worker, lease: 60)
        let notice = try #require(held.first)
        _ = bench.workshop.running.register(notice.effect.subject.id, effect: notice.id, isErrand: true)
        return ClaimedEffect(id: notice.id, effect: notice.effect, attempt: attempt)
    }
}
