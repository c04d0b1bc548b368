import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import Testing

@testable import WebhookIntake

/// Deliveries that run again by hand, and what a dry run says of them.
@Suite struct ReplayTests {
    private static let commit = String(repeating: "a", count: 40)

    /// What a look at the refs of a connection without a hook had found.
    private func look(at name: String) -> Delivery {
        let hook = Hook(refsOf: Connection(name: name, arn: IntakeBench.connection.arn, provider: "Git", url: "x"))
        return Delivery(
            hook: hook.id, hookName: hook.name, provider: "Git", deliveryID: "refs-1", event: "refs", receivedAt: 1000,
            headers: [:], body: Data(),
            content: .events([
                SourceEvent(
                    repository: "Acme/App",
                    change: .branchPushed(branch: "main", before: nil, after: Self.commit, forced: nil))
            ]), origin: .refs, connection: IntakeBench.connection.arn)
    }

    @Test func `what a look had found at a connection without a hook is replayed`() async throws {
        let bench = try await IntakeBench()
        for name in ["host", "gone"] { _ = try await bench.ledger.record(look(at: name)) { _, _ in .no(reason: "no") } }
        let entry = try #require(try await bench.ledger.journalEntry(1))
        #expect(try await bench.intake.rehearse(entry).map(\.wouldStart) == [true])
        let receipt = try await bench.intake.replay(entry)
        #expect(receipt.decisions.first?.started != nil)
        let again = try #require(try await bench.ledger.journalEntry(receipt.sequence))
        #expect(again.origin == .refs && again.events == entry.events)
        #expect(try await bench.intake.replay(again).decisions.first?.started != nil)
        let orphan = try #require(try await bench.ledger.journalEntry(2))
        await #expect(throws: ReplayError.connectionIsGone("gone")) { try await bench.intake.replay(orphan) }
    }

    /// A translator that has learnt to read since.
    private struct Reader: WebhookProvider {
        let name = "Plain"
        let signature = PlainWebhook().signature
        let deliveryIDHeaders = PlainWebhook().deliveryIDHeaders
        let eventHeaders = PlainWebhook().eventHeaders

        func parse(_ delivery: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery {
            ParsedDelivery(events: [
                SourceEvent(
                    repository: "Acme/App",
                    change: .branchPushed(branch: "main", before: nil, after: ReplayTests.commit, forced: nil))
            ])
        }
    }

    @Test func `a verified delivery that we misread is parked, and replayed once we read it better`() async throws {
        let bench = try await IntakeBench()
        #expect(await bench.post("half") == .unexpectedPayload)
        #expect(await bench.post("half", id: "d-2", secret: "wrong") == .wrongSignature)
        let desk = try #require(bench.ledger as? any DeliveryDesk)
        func parked() async throws -> [Int64] {
            try await desk.journal(JournalFilter(parkedOnly: true), before: nil, limit: 9).map(\.sequence)
        }
        #expect(try await parked() == [1])
        let entry = try #require(try await bench.ledger.journalEntry(1))
        await #expect(throws: ReplayError.self) { try await bench.intake.replay(entry) }
        #expect(try await parked() == [1])

        let mended = try await IntakeBench(ledger: bench.ledger, translator: .immediate(Reader()))
        #expect(try await mended.intake.rehearse(entry).map(\.wouldStart) == [true])
        #expect(try await mended.intake.replay(entry).decisions.first?.started != nil)
        #expect(try await parked().isEmpty)
        let unsigned = try #require(try await bench.ledger.journalEntry(2))
        await #expect(throws: ReplayError.notAccepted(outcome: "wrong-signature")) {
            try await mended.intake.replay(unsigned)
        }
    }

    @Test func `whoever proves nothing fills no list`() async throws {
        let bench = try await IntakeBench(authentication: .unauthenticated)
        #expect(await bench.post("half", secret: nil) == .unexpectedPayload)
        #expect(try await bench.journal().first?.deferral == nil)
    }

    @Test func `a dry run knows when the pipeline is full`() async throws {
        let bench = try await IntakeBench()
        var parallel = IntakeBench.pipeline
        parallel.name = "wide"
        parallel.pipelineType = .v2
        parallel.executionMode = .parallel
        _ = try await bench.ledger.perform(
            .create(parallel, trigger: ExecutionTrigger(type: .createPipeline)), on: "wide")
        _ = await bench.post("push acme/app main \(Self.commit)")
        let entry = try #require(try await bench.ledger.journalEntry(1))
        #expect(try await bench.intake.rehearse(entry, only: "wide").map(\.wouldStart) == [true])
        let start = PipelineCommand.start(StartRequest(trigger: ExecutionTrigger(type: .startPipelineExecution)))
        while (try? await bench.ledger.perform(start, on: "wide")) != nil {}
        let said = try await bench.intake.rehearse(entry, only: "wide")
        let done = try await bench.intake.replay(entry, only: "wide").decisions
        #expect(said.map(\.wouldStart) == [false] && done.map(\.started) == [nil])
        #expect(said.map(\.reason) == done.map(\.reason))
    }

    @Test func `a dry run of what a module looked into says what had come of it`() async throws {
        let bench = try await IntakeBench(translator: .deferred(ToldAnswers([])))
        let desk = try #require(bench.ledger as? any DeliveryDesk)
        for id in ["1", "2"] { _ = await bench.post("anything", id: id) }
        _ = try await desk.settle(
            DeliverySettlement(delivery: 1, events: [], ignored: "a ping", connection: IntakeBench.connection.arn)
        ) { _, _ in .no(reason: "no") }
        try await desk.park(2, reason: "the module has crashed")
        var said: [String] = []
        for number in 1...2 {
            let entry = try #require(try await bench.ledger.journalEntry(Int64(number)))
            said += try await bench.intake.rehearse(entry).map(\.reason)
        }
        #expect(said == ["a ping", "it would be looked into again; it is parked: the module has crashed"])
    }
}
