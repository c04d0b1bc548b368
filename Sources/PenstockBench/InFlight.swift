import ArgumentParser
import Foundation
import PenstockServer
import PipelineEngine
import PipelineModel
import PluginKit
import Synchronization

/// (g) A thousand executions in flight at once, held by an action that is pending until all are there; then all end.
///
/// Runs in a process of its own, whose peak is the figure: `PenstockBench in-flight` is the helper.
struct InFlight: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "in-flight", abstract: "Hold a thousand executions in flight, then let them end.")

    /// Pipelines of each mode and executions of each: PARALLEL ones are all inside, QUEUED and SUPERSEDED ones wait
    /// behind the first.
    private static let crowds: [(mode: ExecutionMode, pipelines: Int, executions: Int)] = [
        (.parallel, 16, 50), (.queued, 4, 25), (.superseded, 50, 2),
    ]
    private static var total: Int { crowds.map { $0.pipelines * $0.executions }.reduce(0, +) }

    static func figures() throws -> [Figure] {
        let output = FileManager.default.temporaryDirectory.appending(path: "penstock-flight-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: output) }
        let ending = try ChildProcess.run([CommandLine.executable, "in-flight"], output: output)
        return [
            Figure(
                "\(total) executions in flight: peak memory", ending.peakMemory, "MB", target: .atMost(300),
                note: "all ended, after \(Figure.text(ending.seconds)) s")
        ]
    }

    func run() async throws {
        let world = try BenchWorld()
        defer { world.remove() }
        let gate = Gate()
        let settings = try world.settings()
        let gateway = try await Gateway.open(
            settings, logger: try CommandLogger.make(level: settings.logLevel),
            actions: HeldAction.all(gate, at: "Build"))
        try await gateway.atWork {
            var number = 0
            for crowd in Self.crowds {
                for _ in 0..<crowd.pipelines {
                    try await Self.fill(gateway, number, crowd.mode, crowd.executions)
                    number += 1
                }
            }
            try await Self.wait(gateway, for: Self.total) { counts in counts[.inProgress] ?? 0 }
            gate.open()
            try await Self.wait(gateway, for: Self.total) { counts in counts[.succeeded] ?? 0 }
        }
        await gateway.close()
    }

    /// In SUPERSEDED mode the next one comes when the last has passed the source, so that it waits and replaces none.
    private static func fill(_ gateway: Gateway, _ number: Int, _ mode: ExecutionMode, _ count: Int) async throws {
        var declaration = BenchWorld.pipeline(number, following: "acme/flight-\(number)")
        declaration.pipelineType = .v2
        declaration.executionMode = mode
        let trigger = ExecutionTrigger(type: .createPipeline)
        _ = try await gateway.ledger.perform(.create(declaration, trigger: trigger), on: declaration.name)
        for _ in 1..<count {
            while mode == .superseded,
                try await gateway.ledger.state(of: declaration.name)?.stages["Source"]?.occupant != nil
            {
                try await Task.sleep(for: .milliseconds(1))
            }
            let request = StartRequest(trigger: ExecutionTrigger(type: .startPipelineExecution))
            _ = try await gateway.ledger.perform(.start(request), on: declaration.name)
        }
    }

    private static func wait(
        _ gateway: Gateway, for count: Int, _ read: ([ExecutionStatus: Int]) -> Int
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(300)
        while case let counts = try await gateway.ledger.counts().executionsByStatus, read(counts) < count {
            guard ContinuousClock.now < deadline else {
                throw BenchFailure("after five minutes: \(counts.map { "\($0.value) \($0.key)" }.sorted())")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// Closed until all are there.
final class Gate: Sendable {
    private let isRaised = Mutex(false)
    var isOpen: Bool { isRaised.withLock { $0 } }
    func open() { isRaised.withLock { $0 = true } }
}

/// Does nothing; the actions of one stage are pending while the gate is closed.
struct HeldAction: ActionProvider {
    let base: any ActionProvider
    let gate: Gate
    let stage: StageName
    var type: ActionTypeDescription { base.type }

    static func all(
        _ gate: Gate, at stage: StageName, ran: @escaping @Sendable (ActionJob) -> Void = { _ in }
    ) -> [any ActionProvider] {
        NoOpAction.all(ran: ran).map { HeldAction(base: $0, gate: gate, stage: stage) }
    }

    func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        guard job.stage == stage, !gate.isOpen else { return await base.run(job, on: host) }
        return .pending(token: "held", pollAgain: .seconds(5), progress: ActionProgress())
    }
}
