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

        try await ledger.runAll()
        let ended = try await ledger.executions(of: "app", before: nil, limit: 9).map(\.status)
        #expect(ended == [.succeeded, .superseded, .succeeded, .succeeded])
        try await ledger.close()
    }

    /// Writes the fixture anew from today's schema: run by hand with PENSTOCK_WRITE_LEDGER=FILE when a schema is
    /// released, and only then.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["PENSTOCK_WRITE_LEDGER"] != nil))
    func `a fixture for this schema`() async throws {
        let file = try #require(ProcessInfo.processInfo.environment["PENSTOCK_WRITE_LEDGER"])
        let ledger = try await openLedger(in: folder)
        _ = try await ledger.perform(.sample(), on: "app")
        let run = try #require(try await ledger.claimAll().first)
        _ = try await ledger.finish(run.id, reporting: run.success, on: "app")
        for _ in 0..<2 { _ = try await ledger.perform(.start, on: "app") }
        _ = try await ledger.record(
            .sample("d0", .refused(code: "badSignature", reason: "the digest differs")), match: matchBranch)
        for _ in 0..<2 { _ = try await ledger.record(.push("d1"), match: matchBranch) }
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
