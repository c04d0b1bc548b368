import Dispatch
import Foundation
import GRDB
import PipelineEngine
import PipelineModel
import Synchronization
import Testing

@testable import PipelineStore

/// What only the ledger on disk can show: what is there after a restart, after a failure, in the files.
@Suite struct SQLiteLedgerTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func `it goes on where it was left`() async throws {
        let first = try await openLedger(in: folder)
        _ = try await first.perform(.sample(), on: "app")
        let lent = try await first.claimAll(lease: 3600)
        let state = try await first.state(of: "app")
        _ = try await first.record(.push("d1"), match: matchBranch)
        try await first.close()

        let second = try await openLedger(in: folder)
        #expect(try await second.claimAll().map(\.id).contains(try #require(lent.first).id), "leases are void")
        #expect(try await second.record(.push("d1"), match: matchBranch).isDuplicate)
        let started = try await second.record(.push("d2"), match: matchBranch)
        #expect(started.decisions.map(\.pipeline) == ["app"], "triggers are read again")
        #expect(try await second.executions(of: "app", before: nil, limit: 9).last == state?.executions.values.first)
        try await second.close()
    }

    @Test func `every connection's settings are safe`() async throws {
        let ledger = try await openLedger(in: folder)
        let synchronous = try await ledger.write { try LedgerFile.synchronous($0.rows.database) }
        #expect(synchronous == 2)
        let mode = try await ledger.pool.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        #expect(mode == "wal")
        let permissions = try FileManager.default.attributesOfItem(atPath: folder.url.path)[.posixPermissions]
        #expect(permissions as? Int == 0o700)
        try await ledger.close()
    }

    @Test func `a second process is kept out and told who holds the folder`() async throws {
        let ledger = try await openLedger(in: folder)
        let error = await #expect(throws: LedgerOpenError.self) { try await openLedger(in: folder) }
        #expect(error == .locked(folder: folder.url.path, holder: "\(getpid())"))
        try await ledger.close()
        try await openLedger(in: folder).close()
    }

    @Test func `a newer ledger is refused`() async throws {
        try await openLedger(in: folder).close()
        let queue = try DatabaseQueue(path: folder.path("ledger.sqlite"))
        try await queue.write { try $0.execute(sql: "PRAGMA user_version = 99") }
        try queue.close()
        let error = await #expect(throws: LedgerOpenError.self) { try await openLedger(in: folder) }
        #expect(
            error
                == .newer(path: folder.path("ledger.sqlite"), found: 99, known: LedgerSchema.current))
    }

    @Test func `a file that is no ledger is refused and left alone`() async throws {
        let bytes = Data("not a database, but somebody's letters".utf8)
        try bytes.write(to: folder.url.appending(path: "ledger.sqlite"))
        await #expect(throws: LedgerOpenError.self) { try await openLedger(in: folder) }
        #expect(try Data(contentsOf: folder.url.appending(path: "ledger.sqlite")) == bytes)
    }

    @Test func `a closed ledger is one file`() async throws {
        let ledger = try await openLedger(in: folder)
        _ = try await ledger.perform(.sample(), on: "app")
        _ = try await ledger.state(of: "app")
        try await ledger.close()
        let log = try? FileManager.default.attributesOfItem(atPath: folder.path("ledger.sqlite-wal"))[.size] as? Int
        #expect(log ?? 0 == 0)
    }

    @Test func `a closed ledger says so`() async throws {
        let ledger = try await openLedger(in: folder)
        var wakeUps = ledger.wakeUps().makeAsyncIterator()
        try await ledger.close()
        try await ledger.close()
        await #expect(throws: LedgerError.closed) { try await ledger.perform(.sample(), on: "app") }
        await #expect(throws: LedgerError.closed) { try await ledger.state(of: "app") }
        #expect(await wakeUps.next() == nil)
        var late = ledger.wakeUps().makeAsyncIterator()
        #expect(await late.next() == nil)
    }

    @Test func `a ledger that nobody closed lets go of its folder`() async throws {
        _ = try await openLedger(in: folder).perform(.sample(), on: "app")
        var opened: SQLiteLedger?
        let deadline = ContinuousClock.now + .seconds(30)
        while opened == nil, ContinuousClock.now < deadline {
            do { opened = try await openLedger(in: folder) } catch LedgerOpenError.locked { await Task.yield() }
        }
        let ledger = try #require(opened)
        #expect(try await ledger.state(of: "app") != nil)
        try await ledger.close()
    }

    /// As a child that a killed gateway was just starting holds it.
    @Test(arguments: [true, false])
    func `a lock whose holder is dead is waited for, a living one's is not`(isDead: Bool) async throws {
        let path = folder.url.appending(path: "lock").path
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        try #require(flock(file, LOCK_EX | LOCK_NB) == 0)
        // Above the largest id that Linux gives.
        let holder = isDead ? "4194305" : "\(getpid())"
        try #require(write(file, holder, holder.utf8.count) == holder.utf8.count)
        async let release: Void = Task.detached { [descriptor = dup(file)] in
            try await Task.sleep(for: .milliseconds(300))
            flock(descriptor, LOCK_UN)
            close(descriptor)
        }.value
        if isDead {
            try DataFolderLock(folder: folder.url).release()
        } else {
            #expect(throws: LedgerOpenError.self) { try DataFolderLock(folder: folder.url) }
        }
        try await release
    }

    @Test func `a folder that cannot be made is named`() async throws {
        let file = folder.url.appending(path: "file")
        try Data().write(to: file)
        let error = #expect(throws: LedgerOpenError.self) { try DataFolderLock(folder: file.appending(path: "data")) }
        #expect(error?.description.contains(file.path) == true)
    }

    @Test func `secrets are in no file of the ledger`() async throws {
        let vault = try KeyFileVault(folder: folder.url)
        let clear = "hunter2-hunter2-hunter2"
        let ledger = try await openLedger(in: folder)
        _ = try await ledger.perform(.sample(secret: try vault.seal(clear)), on: "app")
        try await ledger.runAll()
        func isInFiles(_ text: String) throws -> Bool {
            let files = try FileManager.default.contentsOfDirectory(at: folder.url, includingPropertiesForKeys: nil)
            return try files.contains { try Data(contentsOf: $0).range(of: Data(text.utf8)) != nil }
        }
        #expect(try isInFiles(vault.keyID), "the sealed form is there")
        #expect(try !isInFiles(clear))
        try await ledger.close()
        #expect(try !isInFiles(clear))
    }

    @Test func `a copy of the files taken in mid-run opens and is consistent`() async throws {
        let ledger = try await openLedger(in: folder)
        _ = try await ledger.perform(.sample(), on: "app")
        let copy = try TemporaryFolder()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask { _ = try await ledger.record(.push("d\(number)"), match: matchBranch) }
            }
            while try await ledger.counts().deliveries < 50 { await Task.yield() }
            // As after a power failure: the log as it is at one moment, and the file that no checkpoint has touched yet.
            for name in ["ledger.sqlite", "ledger.sqlite-wal"] {
                try FileManager.default.copyItem(atPath: folder.path(name), toPath: copy.path(name))
            }
            try await group.waitForAll()
        }
        try await ledger.close()
        let again = try await openLedger(in: copy)
        let counts = try await again.counts()
        #expect(counts.deliveries >= 50)
        #expect(counts.executionsByStatus.values.reduce(0, +) == counts.deliveries + 1)
        let problems = try await again.pool.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        #expect(problems == ["ok"])
        try await again.close()
    }

    @Test func `an effect that cannot be read is put aside`() async throws {
        let ledger = try await openLedger(in: folder)
        _ = try await ledger.perform(.sample("a"), on: "a")
        _ = try await ledger.perform(.sample("b"), on: "b")
        try await ledger.write { try $0.rows.run("UPDATE effects SET body = x'7b7d' WHERE pipeline = 'a'") }
        #expect(try await ledger.claimAll().map(\.effect.pipeline) == ["b"])
        try await ledger.close()
    }

    @Test func `a declaration that cannot be read leaves the others their triggers`() async throws {
        let ledger = try await openLedger(in: folder)
        for name in ["a", "b"] { _ = try await ledger.perform(.sample(PipelineName(name)), on: .init(name)) }
        try await ledger.write {
            try $0.rows.run("UPDATE pipeline_versions SET declaration = x'7b7d' WHERE pipeline = 'a'")
        }
        try await ledger.close()
        let again = try await openLedger(in: folder)
        let receipt = try await again.record(.push("d1"), match: matchBranch)
        #expect(receipt.decisions.map(\.pipeline) == ["b"])
        let error = await #expect(throws: LedgerError.self) { try await again.declaration(of: "a", version: 1) }
        #expect(error == .unreadable("pipeline_versions a 1: name is missing"))
        try await again.close()
    }

    @Test func `an execution in the history that cannot be read refuses what asks for it, and nothing is written`()
        async throws
    {
        let ledger = try await openLedger(in: folder)
        let id = try await ledger.created(.sample(mode: .parallel))
        try await ledger.failNext()
        try await ledger.write { try $0.rows.run("UPDATE executions SET record = x'7b7d'") }
        let before = try await ledger.rowCounts()
        let error = await #expect(throws: LedgerError.self) {
            try await ledger.perform(.retry("Source", id, .failedActions), on: "app")
        }
        #expect(error == .unreadable("executions \(id): id is missing"))
        #expect(try await ledger.rowCounts() == before)
        try await ledger.close()
    }

    @Test func `a state whose execution has no row is unreadable`() async throws {
        let ledger = try await openLedger(in: folder)
        let id = try await ledger.created(.sample())
        try await ledger.write { try $0.rows.run("DELETE FROM executions") }
        let error = await #expect(throws: LedgerError.self) { try await ledger.state(of: "app") }
        #expect(error == .unreadable("pipelines app: execution \(id) has no row"))
        try await ledger.close()
    }

    @Test func `a state is read again as it was, without its executions being in it`() async throws {
        let ledger = try await openLedger(in: folder)
        _ = try await ledger.created(.sample(gates: ["Hours"]))
        for _ in 0..<2 { _ = try await ledger.perform(.start, on: "app") }
        try await ledger.succeedNext()
        let state = try #require(try await ledger.state(of: "app"))
        #expect(state.executions.count == 2)
        // Only an execution's record has a trigger.
        let place = try await ledger.pool.read {
            try Int.fetchOne($0, sql: "SELECT instr(state, CAST('\"trigger\"' AS BLOB)) FROM pipelines")
        }
        #expect(place == 0)
        try await ledger.close()
        let again = try await openLedger(in: folder)
        #expect(try await again.state(of: "app") == state)
        _ = try await again.perform(.start, on: "app")
        #expect(try await again.state(of: "app")?.executions.count == 3)
        try await again.close()
    }
}

extension SQLiteLedger {
    /// Of each table that a decision writes.
    fileprivate func rowCounts() async throws -> [Int] {
        try await pool.read { database in
            try ["executions", "action_executions", "events", "effects", "stage_successes"].map {
                try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0)") ?? -1
            }
        }
    }
}
