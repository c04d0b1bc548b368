import Dispatch
import Foundation
import GRDB
import PipelineEngine
import PipelineModel
import Synchronization
import Testing

@testable import PipelineStore

/// Writes that share a commit don't share their failures.
@Suite struct GroupCommitTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func `writes that wait share one commit, and a refused one is undone alone`() async throws {
        let sizes = Mutex<[Int]>([])
        let ledger = try await openLedger(in: folder, commitObserver: { size, _ in sizes.withLock { $0.append(size) } })
        let results = try await inOneBatch(
            ledger, [(.sample("a"), on: "a"), (.start, on: "nowhere"), (.sample("c"), on: "c")])
        #expect(sizes.withLock { $0 } == [1, 3])
        #expect(results == [.success, .refused(.pipelineNotFound), .success])
        #expect(try await ledger.pipelines(after: nil, limit: 9).map(\.declaration.name) == ["a", "c"])
        #expect(try await ledger.counts().executionsByStatus == [.inProgress: 2])
        try await ledger.close()
    }

    @Test func `a pipeline whose state cannot be read doesn't hold back the others`() async throws {
        let writer = try await openLedger(in: folder)
        for name in ["a", "b"] { _ = try await writer.perform(.sample(PipelineName(name)), on: .init(name)) }
        try await writer.write { try $0.rows.run("UPDATE pipelines SET state = x'7b7d' WHERE name = 'a'") }
        try await writer.close()
        let ledger = try await openLedger(in: folder)
        let results = try await inOneBatch(ledger, [(.start, on: "a"), (.start, on: "b")])
        #expect(results == [.unreadable, .success])
        let receipt = try await ledger.record(.push("d1"), match: matchBranch)
        #expect(receipt.decisions.map { $0.started == nil } == [true, false])
        #expect(receipt.decisions[0].reason.contains("pipelines a"))
        try await ledger.close()
    }

    @Test func `a rollback finds the target that its own batch has sent into the history`() async throws {
        let ledger = try await openLedger(in: folder)
        let first = try await ledger.created(.sample(mode: .superseded))
        try await ledger.runAll()
        guard case .started(let second, _) = try await ledger.perform(.start, on: "app") else { return }
        let source = try #require(try await ledger.claimAll().first)
        let trigger = ExecutionTrigger(type: .manualRollback)
        #expect(try await ledger.state(of: "app")?.executions[first] != nil)
        let results = try await inOneBatch(
            ledger,
            [
                (try #require(source.success), on: "app"),
                (.stop(second, mode: .abandon, reason: nil), on: "app"),
                (.rollBack("Build", to: first, trigger: trigger), on: "app"),
            ])
        #expect(results == [.success, .success, .success])
        let newest = try #require(try await ledger.executions(of: "app", before: nil, limit: 1).first)
        #expect(newest.rollbackTarget == first)
        #expect(try await ledger.state(of: "app")?.executions[first] == nil)
        try await ledger.close()
    }

    @Test func `what a batch has touched is not forgotten by it`() async throws {
        let ledger = try await openLedger(in: folder)
        _ = try await ledger.created(.sample(mode: .parallel))
        let source = try #require(try await ledger.claimAll().first)
        let gone = Mutex(-1)
        try await whileWriterIsHeld(ledger) { gate in
            async let failing = ledger.perform(try #require(source.failure), on: "app")
            while ledger.queueDepth < 1 { await Task.yield() }
            async let pruning = ledger.prune(RetentionPolicy(maxCountPerPipeline: 0), at: 2000)
            while ledger.queueDepth < 2 { await Task.yield() }
            gate.signal()
            _ = try await failing
            let report = try await pruning
            gone.withLock { $0 = report.executions.count }
        }
        #expect(gone.withLock { $0 } == 0)
        #expect(try await ledger.counts().executionsByStatus == [.failed: 1])
        #expect(try await ledger.prune(RetentionPolicy(maxCountPerPipeline: 0), at: 2000).executions.count == 1)
        #expect(try await ledger.counts().executionsByStatus == [:])
        try await ledger.close()
    }

    @Test func `a row that fails at the end of its batch fails alone`() async throws {
        let ledger = try await openLedger(in: folder)
        try await ledger.write {
            try $0.rows.database.execute(
                sql: """
                    CREATE TEMP TRIGGER poison BEFORE INSERT ON executions WHEN new.pipeline = 'b'
                    BEGIN SELECT RAISE(ABORT, 'poisoned'); END
                    """)
        }
        let results = try await inOneBatch(
            ledger, [(.sample("a"), on: "a"), (.sample("b"), on: "b"), (.sample("c"), on: "c")])
        #expect(results == [.success, .storageFailed, .success])
        #expect(try await ledger.pipelines(after: nil, limit: 9).map(\.declaration.name) == ["a", "c"])
        let receipt = try await ledger.record(.push("d1"), match: matchBranch)
        #expect(receipt.decisions.map(\.pipeline) == ["a", "c"], "the failed one's trigger is gone with it")
        try await ledger.close()
    }

    @Test func `a write that fails after it has changed rows leaves none of them, and the others theirs`() async throws
    {
        let ledger = try await openLedger(in: folder)
        try await ledger.write {
            try $0.rows.database.execute(
                sql: """
                    CREATE TEMP TRIGGER poison BEFORE INSERT ON events
                    WHEN new.pipeline = 'b' AND new.kind <> 'pipelineCreated'
                    BEGIN SELECT RAISE(ABORT, 'poisoned'); END
                    """)
        }
        let results = try await inOneBatch(
            ledger, [(.sample("a"), on: "a"), (.sample("b"), on: "b"), (.sample("c"), on: "c")])
        #expect(results == [.success, .storageFailed, .success])
        let left = try await ledger.write { session in
            let rows = try Row.fetchAll(session.rows.database, sql: "SELECT DISTINCT pipeline FROM events ORDER BY 1")
            return rows.map { $0[0] as String }
        }
        #expect(left == ["a", "c"])
        try await ledger.close()
    }

    @Test func `a full disk refuses all, and what comes after it is written again`() async throws {
        let ledger = try await openLedger(in: folder)
        _ = try await ledger.perform(.sample(), on: "app")
        let before = try await ledger.state(of: "app")
        try await ledger.write { try $0.rows.database.execute(sql: "PRAGMA max_page_count = 1") }
        let big = Data(count: 1 << 20)
        for number in 0..<3 {
            let error = await #expect(throws: LedgerError.self) {
                try await ledger.record(.push("d\(number)", body: big), match: matchBranch)
            }
            guard case .storageFailed? = error else {
                Issue.record("another error: \(String(describing: error))")
                return
            }
        }
        #expect(try await ledger.state(of: "app") == before)
        #expect(try await ledger.counts().deliveries == 0)
        try await ledger.write { try $0.rows.database.execute(sql: "PRAGMA max_page_count = 1073741823") }
        let receipt = try await ledger.record(.push("d0", body: big), match: matchBranch)
        #expect(receipt.isDuplicate == false)
        #expect(try await ledger.executions(of: "app", before: nil, limit: 9).map(\.number) == [2, 1])
        try await ledger.close()
    }

    @Test func `the line of waiting writes is bounded`() async throws {
        let ledger = try await openLedger(in: folder, queueLimit: 2)
        try await whileWriterIsHeld(ledger) { gate in
            async let first = ledger.perform(.sample("a"), on: "a")
            async let second = ledger.perform(.sample("b"), on: "b")
            while ledger.queueDepth < 2 { await Task.yield() }
            await #expect(throws: LedgerError.queueFull) { try await ledger.perform(.sample("c"), on: "c") }
            gate.signal()
            _ = try await (first, second)
        }
        #expect(try await ledger.pipelines(after: nil, limit: 9).count == 2)
        try await ledger.close()
    }

    @Test func `what waits when the ledger is closed is still written`() async throws {
        let ledger = try await openLedger(in: folder)
        try await whileWriterIsHeld(ledger) { gate in
            async let write = ledger.perform(.sample(), on: "app")
            while ledger.queueDepth < 1 { await Task.yield() }
            async let closing: Void = ledger.close()
            gate.signal()
            _ = try await write
            try await closing
        }
        let again = try await openLedger(in: folder)
        #expect(try await again.state(of: "app") != nil)
        try await again.close()
    }

    @Test func `many callers at once lose nothing`() async throws {
        let ledger = try await openLedger(in: folder)
        _ = try await ledger.perform(.sample(), on: "app")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<32 {
                group.addTask {
                    for number in 0..<10 {
                        _ = try await ledger.record(.push("d\(worker)-\(number)"), match: matchBranch)
                    }
                }
            }
            try await group.waitForAll()
        }
        let counts = try await ledger.counts()
        #expect(counts.deliveries == 320)
        #expect(counts.executionsByStatus == [.inProgress: 2, .superseded: 319])
        let numbers = try await ledger.executions(of: "app", before: nil, limit: 400).map(\.number)
        #expect(numbers == Array((1...321).reversed()))
        try await ledger.close()
    }
}

/// How a write in a batch ended.
private enum Ending: Equatable {
    case success
    case refused(CommandRefusal)
    case unreadable
    case storageFailed
}

/// Performs commands so that they stand in line together: one batch, in this order.
private func inOneBatch(
    _ ledger: SQLiteLedger, _ commands: [(PipelineCommand, on: PipelineName)]
) async throws -> [Ending] {
    try await whileWriterIsHeld(ledger) { gate in
        try await withThrowingTaskGroup(of: (Int, Ending).self) { group in
            for (place, (command, pipeline)) in commands.enumerated() {
                group.addTask { (place, try await ending(of: command, on: pipeline, in: ledger)) }
                while ledger.queueDepth <= place { await Task.yield() }
            }
            gate.signal()
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

private func ending(
    of command: PipelineCommand, on pipeline: PipelineName, in ledger: SQLiteLedger
) async throws -> Ending {
    do {
        _ = try await ledger.perform(command, on: pipeline)
        return .success
    } catch let refusal as CommandRefusal {
        return .refused(refusal)
    } catch LedgerError.unreadable {
        return .unreadable
    } catch LedgerError.storageFailed {
        return .storageFailed
    }
}

/// Keeps the writer busy while `body` runs, until it raises the gate.
private func whileWriterIsHeld<Value: Sendable>(
    _ ledger: SQLiteLedger, _ body: (_ gate: DispatchSemaphore) async throws -> Value
) async throws -> Value {
    let gate = DispatchSemaphore(value: 0)
    let isHeld = Mutex(false)
    async let held: Void = ledger.write { _ in
        isHeld.withLock { $0 = true }
        gate.wait()
    }
    while !isHeld.withLock({ $0 }) { await Task.yield() }
    defer { gate.signal() }
    let value = try await body(gate)
    gate.signal()
    try await held
    return value
}
