import Foundation
import PenstockServer
import PipelineEngine
import PipelineModel
import PluginKit
import Synchronization

/// (f) What a long history costs: each figure with `executions` in the ledger, against the same with a thousand.
struct HistoryScale {
    static let few = 1000
    static let calls = 300
    /// Executions are looked at among so many of the newest; older ones wait for the disk.
    static let recent = 500

    let payload: PushBody
    let executions: Int

    func figures() async throws -> [Figure] {
        let small = try BenchWorld()
        defer { small.remove() }
        let large = try BenchWorld()
        defer { large.remove() }
        for (world, count) in [(small, Self.few), (large, executions)] {
            try await HistoryLoad.prepare(world, payload)
            let begin = ContinuousClock.now
            try HistoryLoad(world: world, count: count).run()
            CommandOutput.remark(
                "  \(count) executions loaded in \(Figure.text(begin.secondsToNow)) s, \(size(of: world))")
        }
        return try await compare(small, large)
    }

    private func compare(_ small: BenchWorld, _ large: BenchWorld) async throws -> [Figure] {
        let marks = ExecutionMarks()
        let few = try await small.gateway { marks.note($0) }
        let begin = ContinuousClock.now
        let many = try await large.gateway { marks.note($0) }
        let opening = begin.secondsToNow
        let probes = Self.probes(marks)
        var times = probes.map { _ in (few: [Double](), many: [Double]()) }
        try await few.atWork {
            try await many.atWork {
                for (place, probe) in probes.enumerated() {
                    // In turns, so that what else the machine does hits both.
                    for call in 0..<Self.calls {
                        times[place].few.append(try await probe.time(few, call, executions: Self.few))
                        times[place].many.append(try await probe.time(many, call, executions: executions))
                    }
                }
            }
        }
        await few.close()
        await many.close()
        let start = Figure(
            "start-up with \(executions) executions", opening, "s", target: .atMost(2), note: size(of: large))
        return [start]
            + zip(probes, times).map { probe, times in
                Figure(
                    "\(probe.name): \(executions) against \(Self.few)", times.many.median / times.few.median, "×",
                    target: probe.isAnywhere ? .none : .atMost(1.5),
                    note: "\(Figure.text(times.many.median)) µs against \(Figure.text(times.few.median)) µs")
            }
    }

    private func size(of world: BenchWorld) -> String {
        let file = world.data.appending(path: "ledger.sqlite").path
        let bytes = (try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? Int ?? 0
        return "\(bytes / 1_000_000) MB"
    }

    private static func probes(_ marks: ExecutionMarks) -> [Probe] {
        let app = BenchWorld.name(0)
        return [
            Probe("start → first action") { gateway, _, call in
                // Each call another pipeline, so that none supersedes its last run.
                _ = try await marks.start(gateway, BenchWorld.name(call % HistoryLoad.pipelines))
            },
            Probe("state of a pipeline") { ledger, _ in _ = try await ledger.state(of: app) },
            Probe("executions of a pipeline") { ledger, _ in
                _ = try await ledger.executions(of: app, before: nil, limit: 100)
            },
            Probe("executions that succeeded in a stage") { ledger, _ in
                _ = try await ledger.executions(of: app, succeededIn: "Deploy", version: 1, before: nil, limit: 100)
            },
            Probe("executions that succeeded, of a version without any") { ledger, _ in
                _ = try await ledger.executions(of: app, succeededIn: "Deploy", version: 2, before: nil, limit: 100)
            },
            Probe("actions of a pipeline") { ledger, _ in
                _ = try await ledger.actionExecutions(of: app, execution: nil, before: nil, limit: 100)
            },
            Probe("actions of an execution") { ledger, id in
                _ = try await ledger.actionExecutions(of: app, execution: id, before: nil, limit: 100)
            },
            Probe("rules of a pipeline") { ledger, _ in
                _ = try await ledger.ruleExecutions(of: app, execution: nil, before: nil, limit: 100)
            },
            Probe("rules of an execution") { ledger, id in
                _ = try await ledger.ruleExecutions(of: app, execution: id, before: nil, limit: 100)
            },
            Probe("an execution") { ledger, id in _ = try await ledger.execution(id) },
            Probe("events of an execution") { ledger, id in _ = try await ledger.events(of: id) },
            Probe("events of a pipeline") { ledger, _ in _ = try await ledger.pipelineEvents(of: app, limit: 100) },
            Probe("delivery of an execution") { ledger, id in
                guard try await ledger.delivery(thatStarted: id) != nil else {
                    throw BenchFailure("no delivery of \(id)")
                }
            },
            Probe("pipelines") { ledger, _ in _ = try await ledger.pipelines(after: nil, limit: 100) },
            Probe("journal") { ledger, _ in _ = try await ledger.journal(before: nil, limit: 100) },
            Probe("counts") { ledger, _ in _ = try await ledger.counts() },
            oldOnes,
        ]
    }
}

/// What waits for the disk when the ledger is larger than the memory.
private var oldOnes: Probe {
    var probe = Probe("events of an execution of any age") { ledger, id in _ = try await ledger.events(of: id) }
    probe.isAnywhere = true
    return probe
}

/// One thing that is timed.
private struct Probe {
    let name: String
    /// Asks for executions of whatever age: told for the reader's sake, as it depends on the disk.
    var isAnywhere = false
    private let body: (Gateway, ExecutionID, Int) async throws -> Void

    init(_ name: String, _ body: @escaping (Gateway, ExecutionID, Int) async throws -> Void) {
        self.name = name
        self.body = body
    }

    init(_ name: String, _ body: @escaping (any Ledger, ExecutionID) async throws -> Void) {
        self.init(name) { gateway, id, _ in try await body(gateway.ledger, id) }
    }

    /// Microseconds of a call; each asks for another of the loaded executions of the first pipeline.
    func time(_ gateway: Gateway, _ call: Int, executions: Int) async throws -> Double {
        let oldest = isAnywhere ? 0 : max(0, executions / 2 - HistoryScale.recent)
        // Those of the first pipeline have odd numbers.
        let id = HistoryLoad.execution(Int.random(in: oldest..<executions / 2) * 2 + 1)
        let begin = ContinuousClock.now
        try await body(gateway, id, call)
        return begin.secondsToNow * 1e6
    }
}

/// Tells who waits that an execution's first action has begun.
final class ExecutionMarks: Sendable {
    private struct Waiting {
        var begun: Set<ExecutionID> = []
        var continuations: [ExecutionID: CheckedContinuation<Void, Never>] = [:]
    }

    private let waiting = Mutex(Waiting())

    func note(_ job: ActionJob) {
        guard job.stage == "Source" else { return }
        let continuation = waiting.withLock {
            $0.begun.insert(job.execution)
            return $0.continuations.removeValue(forKey: job.execution)
        }
        continuation?.resume()
    }

    /// Starts a pipeline and waits for its first action.
    func start(_ gateway: Gateway, _ pipeline: PipelineName) async throws -> ExecutionID {
        let request = StartRequest(trigger: ExecutionTrigger(type: .startPipelineExecution))
        guard case .started(let id, _) = try await gateway.ledger.perform(.start(request), on: pipeline) else {
            throw BenchFailure("\(pipeline) did not start")
        }
        await withCheckedContinuation { continuation in
            let hasBegun = waiting.withLock {
                if !$0.begun.contains(id) { $0.continuations[id] = continuation }
                return $0.begun.contains(id)
            }
            if hasBegun { continuation.resume() }
        }
        return id
    }
}
