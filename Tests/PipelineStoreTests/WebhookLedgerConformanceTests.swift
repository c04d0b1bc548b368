import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

/// What every ledger does with the registry, and with deliveries that speak to one pipeline.
@Suite struct WebhookLedgerConformanceTests {
    private typealias Kept = Ledger & Registry & WebhookLedger

    private func use(_ kind: LedgerKind, _ body: (any Kept, TestClock) async throws -> Void) async throws {
        try await LedgerProbe.use(kind) { probe in
            try await body(try #require(probe.ledger as? any Kept), probe.clock)
        }
    }

    private func entry(_ name: String, _ text: String) -> RegistryEntry {
        RegistryEntry(kind: .webhook, name: name, record: Data(text.utf8))
    }

    @Test(arguments: LedgerKind.allCases)
    func `changes are written all or nothing`(_ kind: LedgerKind) async throws {
        try await use(kind) { ledger, _ in
            try await ledger.change(registry: [.put(entry("b", "1")), .put(entry("a", "1"))])
            #expect(try await ledger.registered(.webhook).map(\.name) == ["a", "b"])
            let conflict = RegistryConflict(kind: .webhook, name: "a")
            for expected in [Data("2".utf8), nil] {
                await #expect(throws: conflict) {
                    try await ledger.change(registry: [
                        .put(entry("c", "1")), .remove(.webhook, name: "b"),
                        .expect(.webhook, name: "a", record: expected), .put(entry("a", "2")),
                    ])
                }
            }
            #expect(try await ledger.registered(.webhook).map(\.name) == ["a", "b"])
            try await ledger.change(registry: [
                .expect(.webhook, name: "a", record: Data("1".utf8)), .expect(.connection, name: "a", record: nil),
                .put(entry("a", "2")), .remove(.webhook, name: "b"), .remove(.webhook, name: "none"),
            ])
            #expect(try await ledger.registered(.webhook).map(\.record) == [Data("2".utf8)])
            #expect(try await ledger.registered(.connection) == [])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a delivery to one pipeline starts it and notes the moment, or says why not`(_ kind: LedgerKind) async throws {
        try await use(kind) { ledger, clock in
            _ = try await ledger.perform(.sample("a"), on: "a")
            let trigger = RegistryEntry(kind: .webhookTrigger, name: "w", record: Data("{}".utf8))
            let request = StartRequest(trigger: ExecutionTrigger(type: .webhook, detail: "arn:w"))
            var missed = Delivery.push("d1")
            missed.content = .events([])
            let miss = try await ledger.record(missed, to: "a", noting: trigger) { _ in .no(reason: "$.ref is 'x'") }
            #expect(miss.decisions == [DeliveryDecision(pipeline: "a", started: nil, reason: "$.ref is 'x'")])
            #expect(try await ledger.registered(.webhookTrigger) == [])
            var taken = Delivery.push("d2")
            taken.content = .events([])
            let receipt = try await ledger.record(taken, to: "a", noting: trigger) { declaration in
                declaration.name == "a" ? .starts(request) : .no(reason: "another")
            }
            let started = try #require(receipt.decisions.first?.started)
            #expect(try await ledger.execution(started)?.trigger == request.trigger)
            #expect(try await ledger.delivery(thatStarted: started)?.sequence == receipt.sequence)
            #expect(try await ledger.registered(.webhookTrigger).map(\.updated) == [clock.now])
            let again = try await ledger.record(taken, to: "a", noting: nil) { _ in .starts(request) }
            #expect(again.isDuplicate && again.decisions.isEmpty)
            var replay = taken
            replay.replayOf = receipt.sequence
            let replayed = try await ledger.record(replay, to: "a", noting: nil) { _ in .starts(request) }
            #expect(replayed.decisions.first?.started != nil)
            var lost = Delivery.push("d3")
            lost.content = .events([])
            let nobody = try await ledger.record(lost, to: "none", noting: trigger) { _ in .starts(request) }
            #expect(nobody.decisions.map(\.reason) == ["there is no pipeline 'none'"])
        }
    }
}
