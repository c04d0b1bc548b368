import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore
import Testing

@testable import WebhookIntake

@Suite struct SchedulesTests {
    /// A pipeline `app`, a clock that begins on a Monday, 2026-11-23T08:30:00Z, and a record in a folder of its own.
    private final class World {
        let clock = MovedClock(1_795_422_600)
        let lines = LogLines()
        let ledger: InMemoryLedger
        let folder = FileManager.default.temporaryDirectory.appending(path: "schedules-\(UUID().uuidString)")

        init() async throws {
            let clock = clock
            ledger = InMemoryLedger(settings: EngineSettings(), clock: { clock.seconds })
            var pipeline = IntakeBench.pipeline
            pipeline.variables = [PipelineVariableDeclaration(name: "TARGET", defaultValue: "none")]
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            _ = try await ledger.perform(
                .create(pipeline, trigger: ExecutionTrigger(type: .createPipeline)), on: "app")
        }

        // A folder that stays behind in /tmp is no failure of what was tested.
        deinit { try? FileManager.default.removeItem(at: folder) }

        var record: URL { folder.appending(path: "schedules.json") }

        func schedules(_ text: String, zone: String = "UTC", pipeline: PipelineName = "app") throws -> Schedules {
            let clock = clock
            return Schedules(
                ledger: ledger,
                schedules: [
                    ScheduleDeclaration(
                        name: "nightly", pipeline: pipeline, schedule: try ScheduleExpression(schedule: text),
                        timeZone: try TimeZone.named(zone), variables: ["TARGET": "test"])
                ], record: record, ruleARN: { "arn:aws:events:us-east-1:000000000000:rule/\($0)" },
                now: { clock.date }, logger: lines.logger)
        }

        /// The executions that a schedule has started, newest first.
        func started() async throws -> [PipelineExecution] {
            try await ledger.executions(of: "app", before: nil, limit: 100).filter {
                $0.trigger.type == .cloudWatchEvent
            }
        }
    }

    @Test func `it starts at its time, once, with its variables`() async throws {
        let world = try await World()
        let schedules = try world.schedules("cron(0 9 ? * MON-FRI *)")
        var record = schedules.open()
        for _ in 0..<120 {
            await schedules.round(&record)
            world.clock.advance(30)
        }
        let started = try await world.started()
        #expect(started.count == 1)
        #expect(started.first?.trigger.detail == "arn:aws:events:us-east-1:000000000000:rule/nightly")
        #expect(started.first?.variables == ["TARGET": "test"])
        #expect(started.first?.startTime == 1_795_422_600 + 1800)
        #expect(world.lines.count("a schedule has started a pipeline") == 1)
    }

    @Test func `its time is one of its time zone`() async throws {
        let world = try await World()
        let schedules = try world.schedules("cron(0 10 ? * * *)", zone: "Europe/Berlin")
        var record = schedules.open()
        await schedules.round(&record)
        world.clock.advance(1800)
        await schedules.round(&record)
        #expect(try await world.started().count == 1)
    }

    @Test func `a crash between the start and the note of it starts nothing twice`() async throws {
        let world = try await World()
        let schedules = try world.schedules("rate(5 minutes)")
        var record = schedules.open()
        await schedules.round(&record)
        let before = try Data(contentsOf: world.record)
        world.clock.advance(300)
        await schedules.round(&record)
        try before.write(to: world.record)
        world.clock.advance(5)
        var again = schedules.open()
        await schedules.round(&again)
        #expect(try await world.started().count == 1)
        #expect(world.lines.count("started a pipeline") == 1)
        world.clock.advance(300)
        await schedules.round(&again)
        #expect(try await world.started().count == 2)
    }

    /// Schedule, seconds of downtime, what is started then, what is skipped.
    @Test(
        arguments: [
            ("cron(0 9 ? * * *)", 3600.0, 1, 0), ("cron(0 9 ? * * *)", 7200, 0, 1), ("rate(1 hour)", 10_900, 1, 2),
            ("rate(5 minutes)", 1800, 1, 5), ("rate(1 minute)", 100_000, 1, 1000), ("cron(0 8 ? * * *)", 7200, 0, 0),
            ("at(2026-11-23T08:45:00)", 1800, 1, 0), ("at(2026-11-23T08:45:00)", 10_000, 0, 1),
        ])
    func `after downtime the last time within the hour is caught up`(
        text: String, downtime: Double, starts: Int, skipped: Int
    ) async throws {
        let world = try await World()
        let schedules = try world.schedules(text)
        var record = schedules.open()
        await schedules.round(&record)
        world.clock.advance(downtime)
        var again = schedules.open()
        for _ in 0..<3 { await schedules.round(&again) }
        #expect(try await world.started().count == starts)
        #expect(world.lines.count("are skipped") == (skipped > 0 ? 1 : 0))
        if skipped > 0 { #expect(world.lines.count("times=\(skipped)") == 1, "\(world.lines.all)") }
    }

    @Test func `a schedule that is new or was changed begins now`() async throws {
        let world = try await World()
        let old = try world.schedules("cron(0 3 ? * * *)")
        var record = old.open()
        await old.round(&record)
        world.clock.advance(1900)
        let changed = try world.schedules("cron(0 9 ? * * *)")
        var again = changed.open()
        for _ in 0..<3 { await changed.round(&again) }
        #expect(try await world.started().isEmpty)
        #expect(world.lines.all.isEmpty)
    }

    @Test func `a start that is refused is said and not tried again`() async throws {
        let world = try await World()
        let schedules = try world.schedules("rate(5 minutes)", pipeline: "absent")
        var record = schedules.open()
        await schedules.round(&record)
        world.clock.advance(300)
        for _ in 0..<3 { await schedules.round(&record) }
        #expect(world.lines.count("a schedule could not start its pipeline") == 1)
    }

    @Test func `a record that can't be read begins anew`() async throws {
        let world = try await World()
        try Data("{".utf8).write(to: world.record)
        let schedules = try world.schedules("rate(5 minutes)")
        var record = schedules.open()
        #expect(world.lines.count("begins anew") == 1)
        await schedules.round(&record)
        world.clock.advance(300)
        await schedules.round(&record)
        #expect(try await world.started().count == 1)
        #expect(try ScheduleRecord(file: world.record).entries.keys.sorted() == ["nightly"])
    }

    @Test(.timeLimit(.minutes(1))) func `it runs by itself until it is cancelled`() async throws {
        let world = try await World()
        let schedules = try world.schedules("rate(1 minute)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await schedules.run() }
            while !FileManager.default.fileExists(atPath: world.record.path) {
                try await Task.sleep(for: .milliseconds(5))
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
