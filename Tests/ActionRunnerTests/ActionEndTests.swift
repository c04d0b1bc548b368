import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import ActionRunner

/// What goes on outside for an action ends with the action, and with nothing else.
@Suite struct ActionEndTests {
    /// Its work goes on elsewhere: each run only says "not yet". Remembers what it was told to end.
    private final class OutsideWork: ActionProvider {
        let type = ActionTypeDescription(
            id: ActionTypeID(category: .build, owner: .custom, provider: "Scripted"), configuration: [],
            inputArtifacts: 0...5, outputArtifacts: 0...5, timeout: 3600, inputForm: .reference)
        private let pause: Duration
        private let failures: Mutex<Int>
        private let seen = Mutex<(runs: [ActionJob], ends: [ActionExecutionID], running: Bool, early: Bool)>(
            ([], [], false, false))

        init(pollAgain pause: Duration, failingFirst failures: Int = 0) {
            self.pause = pause
            self.failures = Mutex(failures)
        }

        var runs: [ActionJob] { seen.withLock { $0.runs } }
        var ends: [ActionExecutionID] { seen.withLock { $0.ends } }
        /// Told to end while its task was at work.
        var wasEarly: Bool { seen.withLock { $0.early } }

        func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
            seen.withLock {
                $0.runs.append(job)
                $0.running = true
            }
            if pause == .zero { try? await Task.sleep(for: .seconds(60)) }
            seen.withLock { $0.running = false }
            return .pending(token: "t", pollAgain: pause, progress: ActionProgress())
        }

        func end(_ action: ActionExecutionID, on host: any PluginHost) async throws(FailureDetails) {
            seen.withLock {
                $0.ends.append(action)
                $0.early = $0.early || $0.running
            }
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            if fails { throw FailureDetails(.systemUnavailable, "away") }
        }
    }

    private static func stopped(_ work: OutsideWork, ends count: Int) async throws {
        let bench = try RunnerBench([RunnerBench.filesSource(), work])
        defer { bench.host.remove() }
        try await bench.workshop.prepare()
        let declaration = PipelineDeclaration(
            name: "p", roleArn: "r", artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
            stages: [RunnerBench.source(), RunnerBench.build()])
        _ = try await bench.ledger.perform(.create(declaration, trigger: .init(type: .createPipeline)), on: "p")
        let isStopped = Mutex(false)
        let ends = try await bench.working {
            guard let job = work.runs.first else { return nil as [ActionExecutionID]? }
            if !isStopped.withLock({ $0 }) {
                _ = try await bench.ledger.perform(.stop(job.execution, mode: .abandon, reason: nil), on: "p")
                isStopped.withLock { $0 = true }
            }
            return work.ends.count >= count ? work.ends : nil
        }
        #expect(ends == Array(repeating: try #require(work.runs.first).id, count: count))
        #expect(!work.wasEarly)
    }

    @Test func `a stop between two runs of a pending action ends its work outside`() async throws {
        try await Self.stopped(OutsideWork(pollAgain: .seconds(600)), ends: 1)
    }

    @Test func `a stop in the middle of a run ends the work outside after the run`() async throws {
        try await Self.stopped(OutsideWork(pollAgain: .zero), ends: 1)
    }

    @Test func `what can't be ended is tried again`() async throws {
        try await Self.stopped(OutsideWork(pollAgain: .seconds(600), failingFirst: 1), ends: 2)
    }

    @Test func `a shutdown ends nothing outside, and inputs that are only named aren't fetched`() async throws {
        let work = OutsideWork(pollAgain: .seconds(600))
        let bench = try RunnerBench([RunnerBench.filesSource(), work])
        defer { bench.host.remove() }
        _ = try await bench.run([RunnerBench.source(), RunnerBench.build()]) { _ in !work.runs.isEmpty }
        let input = try #require(work.runs.first?.inputs.first)
        #expect(input.stored.bucket == "artifacts" && !input.stored.key.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: input.archive.path(percentEncoded: false)))
        #expect(work.ends.isEmpty)
    }
}
