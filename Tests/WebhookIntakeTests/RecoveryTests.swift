import Foundation
import GitPlugin
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import WebhookIntake

/// A host's log of what it could not deliver, as a test fills it.
final class ToldLog: DeliveryLog {
    let provider = "Plain"
    let reach: Double = 3 * 86_400
    private let state = Mutex<(entries: [(at: Double, logged: LoggedDelivery)], wishes: [HookWish], fails: Bool)>(
        ([], [], false))

    var wishes: [HookWish] { state.withLock { $0.wishes } }
    func add(_ body: String, id: String, at time: Double) {
        let delivery = WebhookDelivery(headers: [("X-Delivery", id), ("X-Event", "push")], body: Data(body.utf8))
        state.withLock { $0.entries.append((time, LoggedDelivery(id: id, event: "push", delivery: delivery))) }
    }
    func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }

    func undelivered(
        _ hook: HookWish, since: Date, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [LoggedDelivery] {
        let (found, fails) = state.withLock { state in
            state.wishes.append(hook)
            return (state.entries.filter { $0.at >= since.timeIntervalSince1970 }.map(\.logged), state.fails)
        }
        if fails { throw FailureDetails(.systemUnavailable, "the host failed (502)") }
        return found
    }
}

/// A real repository that a test pushes to.
final class DrillRepository: Sendable {
    struct Failure: Error { let output: String }

    let scratch: URL
    var base: String { scratch.appending(path: "srv").path }

    init() throws {
        scratch = FileManager.default.temporaryDirectory.appending(path: "penstock-drill-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        try run("git init -q --bare -b main srv/Acme/App.git && git clone -q srv/Acme/App.git work 2>&1")
        try commit("main")
    }

    deinit { try? FileManager.default.removeItem(at: scratch) }

    @discardableResult
    func run(_ script: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-ec", script]
        process.currentDirectoryURL = scratch
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": scratch.path,
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(output: "git is needed (apt-get install git): \(output)")
        }
        return output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A new commit on a branch, pushed; its id.
    @discardableResult
    func commit(_ branch: String) throws -> String {
        try run(
            """
            cd work && (git checkout -q \(branch) 2>/dev/null || git checkout -q -b \(branch)) \
            && git commit -q --allow-empty -m x && git push -q origin \(branch) && git rev-parse HEAD
            """)
    }
}

/// What was lost while the gateway was away is found, each once.
@Suite struct RecoveryTests {
    struct World {
        let repository: DrillRepository
        let clock: MovedClock
        let ledger: SQLiteLedger
        let bench: IntakeBench
        let host: FakeHost
        let recovery: Recovery
        let lines = LogLines()

        /// Opens the ledger of a folder, as a start of the gateway does.
        init(
            _ repository: DrillRepository, folder: URL, clock: MovedClock, log: ToldLog?, grace: Double = 0,
            interval: Double = 300, translator: Hook.Translator = .immediate(PlainWebhook())
        ) async throws {
            self.repository = repository
            self.clock = clock
            ledger = try await SQLiteLedger(
                folder: folder, settings: EngineSettings(), clock: { clock.seconds }, logger: lines.logger)
            let connection = Connection(
                name: "host", arn: IntakeBench.connection.arn, provider: "Plain", url: repository.base)
            host = try FakeHost(connections: [connection], now: { clock.date })
            if try await ledger.state(of: "app") == nil {
                var pipeline = IntakeBench.pipeline
                pipeline.pipelineType = .v2
                pipeline.triggers = [
                    TriggerDeclaration(
                        gitConfiguration: GitConfiguration(
                            sourceActionName: "Checkout",
                            push: [
                                PushFilter(branches: FilterCriteria(includes: ["**"])),
                                PushFilter(tags: FilterCriteria(includes: ["**"])),
                            ]))
                ]
                _ = try await ledger.perform(
                    .create(pipeline, trigger: ExecutionTrigger(type: .createPipeline)), on: "app")
            }
            bench = try await IntakeBench(ledger: ledger, translator: translator)
            recovery = Recovery(
                hooks: bench.hooks, intake: bench.intake, ledger: ledger, logs: log.map { [$0] } ?? [],
                readers: [GitRefReader()], publicURL: "https://penstock.example/", host: host,
                settings: RecoverySettings(interval: interval, grace: grace), logger: lines.logger)
        }

        func close() async throws {
            host.remove()
            try await ledger.close()
        }

        /// Each start's commit, oldest first.
        func commits() async throws -> [String] {
            try await ledger.executions(of: "app", before: nil, limit: 1000).reversed()
                .filter { $0.trigger.type != .createPipeline }.flatMap(\.sourceRevisionOverrides).map(\.revisionValue)
        }
    }

    func folder() -> URL {
        FileManager.default.temporaryDirectory.appending(path: "penstock-recovery-\(UUID().uuidString)")
    }

    @Test func `a hundred deliveries sent while away: the host's log gives each once, whenever it crashes`()
        async throws
    {
        let repository = try DrillRepository()
        let (folder, clock, log) = (folder(), MovedClock(1_800_000_000), ToldLog())
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try await World(repository, folder: folder, clock: clock, log: log)
        var memory = Recovery.Memory()
        await first.recovery.round(&memory)
        try await first.close()

        var before = try repository.run("git -C work rev-parse main")
        var sent: [String] = []
        for number in 0..<100 {
            clock.advance(60)
            let commit = try repository.commit("main")
            log.add("moved acme/app main \(before) \(commit)", id: "lost-\(number)", at: clock.seconds)
            before = commit
            sent.append(commit)
        }
        // A crash in the middle: what was committed stays, nothing comes twice.
        for stop in [7, 40] {
            let half = try await World(repository, folder: folder, clock: clock, log: log)
            let part = ToldLog()
            for (number, commit) in sent.prefix(stop).enumerated() {
                let from = number == 0 ? "\(String(repeating: "a", count: 40))" : sent[number - 1]
                part.add("moved acme/app main \(from) \(commit)", id: "lost-\(number)", at: clock.seconds)
            }
            let hook = try #require(half.bench.hooks.hook("hook-id"))
            for logged in try await part.undelivered(
                HookWish(repository: "acme/app", url: "", secret: nil), since: .distantPast, on: hook.connection,
                host: half.host)
            { _ = try await half.bench.intake.recover(logged, at: hook).get() }
            try await half.close()
        }
        for _ in 0..<2 {
            let after = try await World(repository, folder: folder, clock: clock, log: log)
            var memory = Recovery.Memory()
            for _ in 0..<3 {
                await after.recovery.round(&memory)
                clock.advance(300)
            }
            #expect(try await after.commits() == sent)
            let origins = try await after.ledger.journal(before: nil, limit: 1000).filter { $0.outcome == "accepted" }
            #expect(origins.count == 100 && origins.allSatisfy { $0.origin == .recovered })
            try await after.close()
        }
        #expect(
            log.wishes.allSatisfy { $0.url == "https://penstock.example/hooks/hook-id" && $0.repository == "Acme/App" })
    }

    @Test func `a hundred pushes to a host without a log: each ref's final state starts once`() async throws {
        let repository = try DrillRepository()
        let (folder, clock) = (folder(), MovedClock(1_800_000_000))
        defer { try? FileManager.default.removeItem(at: folder) }
        try repository.commit("doomed")
        let first = try await World(repository, folder: folder, clock: clock, log: nil)
        var memory = Recovery.Memory()
        await first.recovery.round(&memory)
        #expect(try await first.commits().isEmpty)
        try await first.close()

        var final: [String: String] = [:]
        for number in 0..<97 {
            let branch = ["main", "next", "feature/a"][number % 3]
            final[branch] = try repository.commit(branch)
        }
        try repository.run(
            """
            cd work && git tag -a -m v v1 && git push -q origin v1 && git push -q origin :doomed \
            && git push -q origin main:refs/notes/x
            """)
        let tag = try repository.run("git -C work rev-parse 'v1^{commit}'")
        for round in 0..<3 {
            let after = try await World(repository, folder: folder, clock: clock, log: nil)
            var memory = Recovery.Memory()
            await after.recovery.round(&memory)
            clock.advance(300)
            let commits = try await after.commits()
            #expect(commits.sorted() == (Array(final.values) + [tag]).sorted(), "round \(round)")
            #expect(try await after.ledger.counts().deliveries == 1)
            let entry = try #require(try await after.ledger.journalEntry(1))
            #expect(entry.origin == .refs && entry.events?.count == 5)
            // The delivery of a host that was only slow starts nothing more.
            if round == 2 {
                let late = "moved acme/app main \(String(repeating: "b", count: 40)) \(final["main"] ?? "")"
                _ = await after.bench.post(late, id: "late")
                #expect(try await after.commits().count == 4)
            }
            try await after.close()
        }
    }

    @Test func `a delivery that is only slow is waited for`() async throws {
        let repository = try DrillRepository()
        let (folder, clock) = (folder(), MovedClock(1_800_000_000))
        defer { try? FileManager.default.removeItem(at: folder) }
        let world = try await World(repository, folder: folder, clock: clock, log: nil, grace: 60)
        var memory = Recovery.Memory()
        await world.recovery.round(&memory)
        let before = try repository.run("git -C work rev-parse main")
        let slow = try repository.commit("main")
        await world.recovery.round(&memory)
        #expect(memory.places.values.first?.moves.keys.sorted() == ["refs/heads/main"])
        _ = await world.bench.post("moved acme/app main \(before) \(slow)", id: "slow")
        clock.advance(61)
        await world.recovery.round(&memory)
        #expect(try await world.commits() == [slow])
        let lost = try repository.commit("main")
        await world.recovery.round(&memory)
        clock.advance(30)
        await world.recovery.round(&memory)
        #expect(try await world.commits() == [slow])
        clock.advance(31)
        await world.recovery.round(&memory)
        #expect(try await world.commits() == [slow, lost])
        await world.recovery.round(&memory)
        #expect(try await world.commits() == [slow, lost])
        try await world.close()
    }

    @Test func `a log that can't be read is told once, and after some rounds the refs stand in for it`() async throws {
        let repository = try DrillRepository()
        let (folder, clock, log) = (folder(), MovedClock(1_800_000_000), ToldLog())
        defer { try? FileManager.default.removeItem(at: folder) }
        let world = try await World(repository, folder: folder, clock: clock, log: log)
        var memory = Recovery.Memory()
        await world.recovery.round(&memory)
        let lost = try repository.commit("main")
        log.fail(true)
        for _ in 0..<2 { await world.recovery.round(&memory) }
        #expect(try await world.commits().isEmpty)
        await world.recovery.round(&memory)
        #expect(try await world.commits() == [lost])
        #expect(world.lines.count("can't be looked for") == 1)
        log.fail(false)
        await world.recovery.round(&memory)
        #expect(world.lines.count("can be found again") == 1)
        try await world.close()
    }

    @Test func `the service looks by itself, and not at all when it is told not to`() async throws {
        let repository = try DrillRepository()
        let (folder, clock) = (folder(), MovedClock(1_800_000_000))
        defer { try? FileManager.default.removeItem(at: folder) }
        let world = try await World(repository, folder: folder, clock: clock, log: nil, interval: 0.05)
        let lost = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.recovery.run() }
            let watched = WatchedRepository(connection: IntakeBench.connection.arn, repository: "acme/app")
            while try await world.ledger.watchRefs(of: watched).lookedAt == nil {
                try await Task.sleep(for: .milliseconds(10))
            }
            let lost = try repository.commit("main")
            while try await world.commits().isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            group.cancelAll()
            return lost
        }
        #expect(try await world.commits() == [lost])
        try await world.close()
    }
}
