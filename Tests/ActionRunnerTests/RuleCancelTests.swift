import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import ActionRunner

@Suite struct RuleCancelTests {
    /// Runs until it is cancelled and remembers when that was.
    private final class EndlessRule: Sendable {
        let ended = Mutex<[ContinuousClock.Instant]>([])

        func rule() -> ScriptedRule {
            ScriptedRule { _, _ in
                do { try await Task.sleep(for: .seconds(600)) } catch {}
                self.ended.withLock { $0.append(.now) }
                return .passed(ActionProgress())
            }
        }

        var ends: [ContinuousClock.Instant] { ended.withLock { $0 } }
    }

    @Test func `a stop ends a running rule soon`() async throws {
        let endless = EndlessRule()
        let rule = endless.rule()
        let bench = try RunnerBench([RunnerBench.filesSource()], rules: [rule])
        defer { bench.host.remove() }
        try await bench.workshop.prepare()
        #expect(rule.cleanUps == 1)
        _ = try await bench.ledger.perform(.create(.gatedPipeline(), trigger: .init(type: .createPipeline)), on: "p")
        try await Self.stopped(bench, rule, endless)
    }

    @Test func `a rule that a restart found running is ended by a stop just the same`() async throws {
        let host = try FakeHost()
        defer { host.remove() }
        let folder = try host.folder("ledger")
        let first = try await Self.ledger(folder)
        _ = try await first.perform(.create(.gatedPipeline(), trigger: .init(type: .createPipeline)), on: "p")
        let lost = try await first.claim(limit: 9, worker: WorkerID("dead"), lease: 3600)
        try await first.close()

        let second = try await Self.ledger(folder)
        let endless = EndlessRule()
        let rule = endless.rule()
        let bench = try RunnerBench([RunnerBench.filesSource()], rules: [rule], ledger: second)
        defer { bench.host.remove() }
        try await bench.workshop.prepare()
        try await Self.stopped(bench, rule, endless)
        #expect(rule.jobs.map { SubjectID($0.id) } == lost.map(\.effect.subject.id))
        try await second.close()
    }

    /// Waits for the rule, stops the execution, and sees the rule end.
    private static func stopped(_ bench: RunnerBench, _ rule: ScriptedRule, _ endless: EndlessRule) async throws {
        let stop = Mutex<ContinuousClock.Instant?>(nil)
        let execution = try await bench.working { () -> PipelineExecution? in
            guard let execution = try await bench.ledger.executions(of: "p", before: nil, limit: 1).first else {
                return nil
            }
            if !rule.jobs.isEmpty, stop.withLock({ $0 }) == nil {
                stop.withLock { $0 = .now }
                _ = try await bench.ledger.perform(.stop(execution.id, mode: .abandon, reason: nil), on: "p")
            }
            return execution.status.isTerminal && !endless.ends.isEmpty ? execution : nil
        }
        #expect(execution.status == .stopped)
        let asked = try #require(stop.withLock { $0 })
        #expect(try #require(endless.ends.first) - asked < .seconds(30))
        #expect(execution.stages.first?.conditions[.beforeEntry]?.status == .abandoned)
        #expect(endless.ends.count == 1)
    }

    private static func ledger(_ folder: URL) async throws -> SQLiteLedger {
        try await SQLiteLedger(
            folder: folder, settings: EngineSettings(), clock: { Date().timeIntervalSince1970 },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
