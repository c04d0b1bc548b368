import Foundation
import GRDB
import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

/// Ledgers of every schema that was ever released open and read as they did. `Fixtures/Ledgers` holds one dump each.
@Suite struct LedgerMigrationTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func `a ledger of schema 1 is read, and goes on`() async throws {
        try restore("v1.sqlite.sql")
        let ledger = try await openLedger(in: folder)
        let version = try await ledger.pool.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
        #expect(version == LedgerSchema.current)

        #expect(try await ledger.pipelines(after: nil, limit: 9).map(\.declaration) == [.sample()])
        let executions = try await ledger.executions(of: "app", before: nil, limit: 9)
        #expect(executions.map(\.number) == [4, 3, 2, 1])
        #expect(executions.map(\.status) == [.inProgress, .superseded, .inProgress, .inProgress])
        for execution in executions {
            let events = try await ledger.events(of: execution.id)
            #expect(events.first?.event.kind == "executionStarted")
        }
        #expect(try await ledger.actionExecutions(of: "app", execution: nil, before: nil, limit: 9).count == 3)
        #expect(
            try await ledger.journal(before: nil, limit: 9).map(\.outcome) == ["duplicate", "accepted", "badSignature"])
        #expect(try await ledger.journalEntry(2)?.body == Data("{}".utf8))
        #expect(try await ledger.counts().deliveries == 3)

        // What schema 2 finds by its own tables and columns was brought over.
        let passed = try await ledger.executions(of: "app", succeededIn: "Source", version: 1, before: nil, limit: 9)
        #expect(passed.map(\.number) == [1])
        #expect(try await ledger.delivery(thatStarted: executions[0].id)?.sequence == 2)
        #expect(try await ledger.delivery(thatStarted: executions[3].id) == nil)
        // The one that waits stood in a slot, now it stands in line.
        let state = try #require(try await ledger.state(of: "app"))
        #expect(state.stages["Source"]?.inbound == [InboundExecution(id: executions[0].id, since: 0)])
        #expect(Set(state.executions.keys) == Set(executions.filter { $0.status == .inProgress }.map(\.id)))
        // Effects named an attempt, and nothing else.
        let claimed = try await ledger.claimAll()
        #expect(claimed.map(\.reference.action) == ["Compile", "Checkout"])
        try await ledger.release(claimed.map(\.id), worker: "w")

        try await ledger.runAll()
        let ended = try await ledger.executions(of: "app", before: nil, limit: 9).map(\.status)
        #expect(ended == [.succeeded, .superseded, .succeeded, .succeeded])
        let all = try await ledger.executions(of: "app", succeededIn: "Build", version: 1, before: nil, limit: 9)
        #expect(all.map(\.number) == [4, 2, 1])
        let report = try await ledger.prune(RetentionPolicy(maxCountPerPipeline: 1), at: 1000)
        #expect(report.executions.count == 3)
        try await ledger.close()
    }

    @Test func `a ledger of schema 2 is read, and goes on`() async throws {
        try restore("v2.sqlite.sql")
        let ledger = try await openLedger(in: folder)
        let executions = try await ledger.executions(of: "app", before: nil, limit: 9)
        #expect(executions.map(\.number) == [5, 4, 3, 2, 1])
        #expect(executions.map(\.status) == [.inProgress, .superseded, .inProgress, .inProgress, .succeeded])
        let state = try #require(try await ledger.state(of: "app"))
        #expect(state.stages["Source"]?.inbound.map(\.id) == [executions[0].id])
        #expect(state.stages["Build"]?.lastSucceeded == executions[4].id)
        #expect(state.tags == ["team": "a"])
        let rules = try await ledger.ruleExecutions(of: "app", execution: nil, before: nil, limit: 9)
        #expect(rules.map(\.rule.status) == [.inProgress, .succeeded])
        #expect(try await ledger.delivery(thatStarted: executions[0].id)?.sequence == 2)
        let passed = try await ledger.executions(of: "app", succeededIn: "Build", version: 1, before: nil, limit: 9)
        #expect(passed.map(\.number) == [1])
        let journal = try await ledger.journal(before: nil, limit: 9)
        #expect(journal.map(\.outcome) == ["accepted", "duplicate", "accepted", "badSignature"])
        let question = try #require(journal[0].decisions.first?.question)
        let claimed = try await ledger.claimAll()
        #expect(claimed.contains { $0.effect.subject == .errand(question) })
        try await ledger.release(claimed.map(\.id), worker: "w")

        try await ledger.runAll()
        let ended = try await ledger.executions(of: "app", before: nil, limit: 9)
        #expect(ended.allSatisfy { $0.status == .succeeded || $0.status == .superseded })
        #expect(try await ledger.journalEntry(4)?.decisions.first?.started == ended[0].id)
        try await ledger.close()
    }

    private static let watched = WatchedRepository(
        connection: ConnectionARN(PipelineDeclaration.connection), repository: "acme/app")

    @Test func `a ledger of schema 3 is read, and goes on`() async throws {
        try restore("v3.sqlite.sql")
        let ledger = try await openLedger(in: folder)
        let executions = try await ledger.executions(of: "app", before: nil, limit: 9)
        #expect(executions.map(\.number) == [5, 4, 3, 2, 1])
        let kept = try await ledger.registered(.connection)
        #expect(kept.map(\.name) == ["c"] && kept[0].record == Data(#"{"kept":"as it is"}"#.utf8))
        #expect(try await ledger.deferredDeliveries(dueBy: 2000, limit: 9) == [5])
        #expect(try await ledger.logReadUntil("h1", repository: "acme/app") == 900)
        let settled = try await ledger.settle(
            DeliverySettlement(delivery: 5, events: [], ignored: "nothing in it", connection: nil), match: matchBranch)
        #expect(settled != nil)
        #expect(try await ledger.deferredDeliveries(dueBy: 2000, limit: 9) == [])
        try await ledger.runAll()
        let ended = try await ledger.executions(of: "app", before: nil, limit: 9)
        #expect(ended.allSatisfy { $0.status == .succeeded || $0.status == .superseded })
        try await ledger.close()
    }

    /// Writes the fixture anew from today's schema: run by hand with PENSTOCK_WRITE_LEDGER=FILE when a schema is
    /// released, and only then.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["PENSTOCK_WRITE_LEDGER"] != nil))
    func `a fixture for this schema`() async throws {
        let file = try #require(ProcessInfo.processInfo.environment["PENSTOCK_WRITE_LEDGER"])
        let ledger = try await openLedger(in: folder)
        _ = try await ledger.created(.sample(gates: ["Hours"]))
        try await ledger.runAll()
        _ = try await ledger.perform(.tag(["team": "a"]), on: "app")
        _ = try await ledger.perform(.start, on: "app")
        try await ledger.succeedNext()
        for _ in 0..<2 { _ = try await ledger.perform(.start, on: "app") }
        _ = try await ledger.record(
            .sample("d0", .refused(code: "badSignature", reason: "the digest differs")), match: matchBranch)
        for _ in 0..<2 { _ = try await ledger.record(.push("d1"), match: matchBranch) }
        _ = try await ledger.record(.push("d2"), match: askAlways)
        try await ledger.change(registry: [
            .put(RegistryEntry(kind: .connection, name: "c", record: Data(#"{"kept":"as it is"}"#.utf8)))
        ])
        var late = Delivery.push("d3")
        late.content = .deferred([])
        _ = try await ledger.record(late, match: matchBranch)
        _ = try await ledger.watchRefs(of: Self.watched)
        try await ledger.noteLogRead("h1", repository: "acme/app", until: 900)
        try await ledger.close()
        try FileManager.default.copyItem(atPath: folder.path("ledger.sqlite"), toPath: file)
    }

    private func restore(_ name: String) throws {
        let fixture = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures/Ledgers/\(name)")
        let queue = try DatabaseQueue(path: folder.path("ledger.sqlite"))
        let sql = try String(contentsOf: fixture, encoding: .utf8)
        try queue.inDatabase { try $0.execute(sql: sql) }
        try queue.close()
    }
}
