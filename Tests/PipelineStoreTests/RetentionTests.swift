import Foundation
import GRDB
import PipelineEngine
import PipelineModel
import Synchronization
import Testing

@testable import PipelineStore

/// What only the ledger on disk can show of forgetting.
@Suite struct RetentionTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func `the file stays flat under load`() async throws {
        let ledger = try await openLedger(in: folder)
        _ = try await ledger.created(.sample(gates: ["Hours"]))
        let policy = RetentionPolicy(maxCountPerPipeline: 10, deliveriesMaxCount: 10)
        let body = Data(count: 7400)
        var pages: [Int] = []
        for round in 0..<20 {
            for number in 0..<25 {
                _ = try await ledger.record(.push("d\(round)-\(number)", body: body), match: matchBranch)
                try await ledger.runAll()
            }
            #expect(try await ledger.prune(policy, at: 2000).isComplete)
            pages.append(try await ledger.pool.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 })
        }
        let first = try #require(pages.dropFirst(2).first)
        #expect(pages.dropFirst(2).allSatisfy { Double($0) <= Double(first) * 1.1 }, "\(pages)")
        #expect(try await ledger.counts().executionsByStatus == [.succeeded: 10])
        let problems = try await ledger.pool.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        #expect(problems == ["ok"])
        try await ledger.close()
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("ledger.sqlite"))
        #expect(attributes[.size] as? Int ?? 0 <= Int(Double(first) * 1.1) * 4096)
    }

    @Test func `no row is left behind, in no table`() async throws {
        let ledger = try await openLedger(in: folder)
        _ = try await ledger.created(.sample(gates: ["Hours"]))
        try await ledger.runAll()
        let before = try await rowCounts(ledger)
        for number in 0..<20 {
            _ = try await ledger.record(.push("d\(number)"), match: matchBranch)
            try await ledger.runAll()
        }
        _ = try await ledger.prune(RetentionPolicy(maxCountPerPipeline: 1, deliveriesMaxCount: 0), at: 2000)
        #expect(try await rowCounts(ledger) == before)
        try await ledger.close()
    }

    @Test func `others write between its steps`() async throws {
        let commits = Mutex(0)
        let ledger = try await openLedger(in: folder, commitObserver: { _, _ in commits.withLock { $0 += 1 } })
        _ = try await ledger.created(.sample())
        for _ in 0..<150 {
            _ = try await ledger.perform(.start, on: "app")
            try await ledger.runAll()
        }
        commits.withLock { $0 = 0 }
        let report = try await ledger.prune(RetentionPolicy(maxCountPerPipeline: 1), at: 2000)
        #expect(report.executions.count == 150)
        // Fifteen rows each, about five hundred a step.
        #expect(commits.withLock { $0 } >= 4)
        try await ledger.close()
    }

    @Test func `an execution that cannot be read stays, the others go`() async throws {
        let ledger = try await openLedger(in: folder)
        for number in 1...5 {
            if number == 1 {
                _ = try await ledger.created(.sample())
            } else {
                _ = try await ledger.perform(.start, on: "app")
            }
            try await ledger.runAll()
            _ = try await ledger.perform(.update(.sample()), on: "app")
        }
        try await ledger.write { try $0.rows.run("UPDATE executions SET record = x'7b7d' WHERE number = 2") }
        let report = try await ledger.prune(RetentionPolicy(maxCountPerPipeline: 1), at: 2000)
        #expect(report.executions.count == 3)
        #expect(report.versions == 0, "its version isn't known")
        let numbers = try await ledger.pool.read { try Int.fetchAll($0, sql: "SELECT number FROM executions") }
        #expect(numbers.sorted() == [2, 5])
        try await ledger.close()
    }

    private func rowCounts(_ ledger: SQLiteLedger) async throws -> [Int] {
        try await ledger.pool.read { database in
            try [
                "executions", "action_executions", "rule_executions", "events", "stage_successes", "effects",
                "deliveries", "pipeline_versions",
            ].map { try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0)") ?? -1 }
        }
    }
}
