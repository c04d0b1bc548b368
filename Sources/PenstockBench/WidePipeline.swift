import Foundation
import PenstockServer
import PipelineEngine
import PipelineModel
import PluginKit

/// (h) Starting a pipeline of ten stages with ten actions each, while 49 others of its executions have come half way.
struct WidePipeline {
    static let stages = 10
    static let live = 49
    static let starts = 40

    func figures() async throws -> [Figure] {
        let world = try BenchWorld()
        defer { world.remove() }
        let marks = ExecutionMarks()
        let gate = Gate()
        let settings = try world.settings()
        let gateway = try await Gateway.open(
            settings, logger: try CommandLogger.make(level: settings.logLevel),
            actions: HeldAction.all(gate, at: "Stage-6") { marks.note($0) })
        let (alone, beside, state) = try await gateway.atWork {
            _ = try await gateway.ledger.perform(
                .create(Self.declaration, trigger: ExecutionTrigger(type: .createPipeline)), on: Self.name)
            let alone = try await measure(gateway, marks)
            for _ in 1..<Self.live {
                let request = StartRequest(trigger: ExecutionTrigger(type: .startPipelineExecution))
                _ = try await gateway.ledger.perform(.start(request), on: Self.name)
            }
            let state = try await arrival(gateway)
            return (alone, try await measure(gateway, marks), state)
        }
        await gateway.close()
        let begin = ContinuousClock.now
        let bytes = try JSONEncoder().encode(state).count
        let encoding = begin.secondsToNow * 1e3
        return [
            Figure(
                "10 × 10 actions, 1 live: start → first action", alone.median, "ms",
                note: "p99 \(Figure.text(alone.percentile(0.99)))"),
            Figure(
                "10 × 10 actions, 50 live: start → first action", beside.median, "ms", target: .atMost(20),
                note: "p99 \(Figure.text(beside.percentile(0.99))); the state as one text: \(bytes / 1000) kB, "
                    + "\(Figure.text(encoding)) ms"),
        ]
    }

    private static let name = PipelineName("wide")

    private static var declaration: PipelineDeclaration {
        var declaration = BenchWorld.pipeline(0, following: "acme/wide")
        declaration.name = name
        declaration.pipelineType = .v2
        declaration.executionMode = .parallel
        let source = declaration.stages[0]
        declaration.stages =
            [source]
            + (2...stages).map { number in
                let actions = (1...10).map {
                    ActionDeclaration(name: ActionName("Action-\($0)"), actionTypeId: NoOpAction.build)
                }
                return StageDeclaration(name: StageName("Stage-\(number)"), actions: actions)
            }
        return declaration
    }

    /// All live executions hang in the sixth stage.
    private func arrival(_ gateway: Gateway) async throws -> PipelineState {
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            if let state = try await gateway.ledger.state(of: Self.name),
                state.executions.values.filter({ $0.stages.last?.name == "Stage-6" }).count == Self.live
            {
                return state
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw BenchFailure("the executions did not arrive within two minutes")
    }

    /// Milliseconds; each execution is stopped again.
    private func measure(_ gateway: Gateway, _ marks: ExecutionMarks) async throws -> [Double] {
        var times: [Double] = []
        for _ in 0..<Self.starts {
            let begin = ContinuousClock.now
            let id = try await marks.start(gateway, Self.name)
            times.append(begin.secondsToNow * 1e3)
            _ = try? await gateway.ledger.perform(.stop(id, mode: .abandon, reason: nil), on: Self.name)
            while try await gateway.ledger.execution(id)?.status.isTerminal != true {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        return times
    }
}
