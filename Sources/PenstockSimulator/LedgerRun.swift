import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PipelineSimulator
import PipelineStore
import Synchronization

/// A scripted scenario over the ledger on disk, by one process or by several of which all but the last are killed.
///
/// The process is a client that writes down what it is about to ask. When it dies, the next one asks for the last thing
/// again, since it never heard the answer, and goes on.
struct LedgerRun {
    let scenario: Scenario
    let folder: URL
    /// Kills the process by SIGKILL after so many commits.
    let killAfter: Int?

    private static let pipelines: [PipelineName] = ["p0", "p1"]
    private var diary: URL { folder.appending(path: "diary.json") }

    /// - Returns: what the ledger holds at the end, without ids and times.
    func run() async throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var entry = try readDiary() ?? DiaryEntry(starts: 0, step: 0, now: 1_000_000)
        entry.starts += 1
        let clock = VirtualClock(now: entry.now, prefix: "n\(entry.starts)-")
        let ledger = try await open(clock)
        let text = try play(entry, clock, BlockingLedger(ledger: ledger, pipelines: Self.pipelines))
        try await ledger.close()
        return text
    }

    private func open(_ clock: VirtualClock) async throws -> SQLiteLedger {
        let commits = CommitCount()
        let limit = killAfter
        return try await SQLiteLedger(
            folder: folder, settings: EngineSettings(), clock: { clock.now }, ids: { clock.ids() },
            logger: Logger(label: "simulator") { _ in SwiftLogNoOpLogHandler() },
            commitObserver: { _, _ in
                if commits.next() == limit { kill(getpid(), SIGKILL) }
            })
    }

    private func play(_ start: DiaryEntry, _ clock: VirtualClock, _ ledger: BlockingLedger) throws -> String {
        var world = SimulationWorld(clock: clock, ledger: ledger)
        world.recallDeliveries(of: scenario.steps.prefix(start.step))
        var entry = start
        if let asked = entry.asked {
            try repeatRequest(asked, to: ledger)
            entry.step += 1
        }
        for place in scenario.steps.indices.dropFirst(entry.step) {
            entry = DiaryEntry(starts: entry.starts, step: place, now: clock.now)
            try write(entry)
            let current = entry
            world.intent = { command, pipeline in
                var entry = current
                entry.asked = DiaryEntry.Request(pipeline: pipeline, command: command)
                // Nothing is asked that isn't written down.
                do { try write(entry) } catch { fatalError("the diary can't be written: \(error)") }
            }
            try world.carryOut(scenario.steps[place])
            clock.pass(1)
        }
        world.intent = nil
        try write(DiaryEntry(starts: entry.starts, step: scenario.steps.count, now: clock.now))
        try rest(&world)
        return try LedgerDigest(ledger: ledger, pipelines: Self.pipelines).text
    }

    /// Asks again for what may have happened already. An update is the one thing that would count twice.
    private func repeatRequest(_ asked: DiaryEntry.Request, to ledger: BlockingLedger) throws {
        if case .update(var declaration) = asked.command, let state = ledger.states[asked.pipeline] {
            declaration.version = state.declaration.version
            if declaration == state.declaration { return }
        }
        do {
            _ = try ledger.perform(asked.command, on: asked.pipeline)
        } catch is CommandRefusal {
            // It had been done: that is the answer.
        }
    }

    private func rest(_ world: inout SimulationWorld<BlockingLedger>) throws {
        try world.openTransitions()
        for _ in 0..<200 where !world.isAtRest { try world.workWell() }
    }

    private func readDiary() throws -> DiaryEntry? {
        guard FileManager.default.fileExists(atPath: diary.path) else { return nil }
        return try JSONDecoder().decode(DiaryEntry.self, from: Data(contentsOf: diary))
    }

    private func write(_ entry: DiaryEntry) throws {
        try JSONEncoder().encode(entry).write(to: diary, options: .atomic)
    }
}

/// How far the scenario has come, and what has been asked and not been answered yet.
private struct DiaryEntry: Codable {
    struct Request: Codable {
        var pipeline: PipelineName
        var command: PipelineCommand
    }

    /// How many processes have worked on it: each has ids of its own.
    var starts: Int
    var step: Int
    var now: Double
    var asked: Request?
}

private final class CommitCount: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
