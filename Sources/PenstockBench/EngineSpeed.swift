import Foundation
import PenstockServer
import PipelineEngine
import PipelineModel

/// (f) The machine alone: `decide`, which applies what it decides, without ledger, files or clock.
struct EngineSpeed {
    let runs: Int

    func figures() throws -> [Figure] {
        _ = try wholeExecution()
        let whole: [Double] = try (0..<runs).map { _ in try wholeExecution() }
        let queued: [Double] = try (0..<runs).map { _ in try crowd(.queued) }
        let parallel: [Double] = try (0..<runs).map { _ in try crowd(.parallel) }
        return [
            Figure(
                "engine: a command, 10 stages × 10 actions", whole.median, "µs", target: .atMost(50),
                note: "mean over a whole execution; \(whole.runs)"),
            Figure(
                "engine: a command beside 50 live executions, QUEUED", queued.median, "µs", target: .atMost(500),
                note: queued.runs),
            Figure(
                "engine: a command beside 50 live executions, PARALLEL", parallel.median, "µs", target: .atMost(500),
                note: parallel.runs),
        ]
    }

    /// Microseconds of a command, on average from the start to the last success.
    private func wholeExecution() throws -> Double {
        var world = try EngineWorld(.superseded)
        try world.finish()
        world.forgetTimes()
        for _ in 0..<20 {
            try world.perform(EngineWorld.start)
            try world.finish()
        }
        return world.mean
    }

    /// Fifty executions live, all of them moving on in turns until the first has ended.
    private func crowd(_ mode: ExecutionMode) throws -> Double {
        var world = try EngineWorld(mode)
        while world.live < 50 { try world.perform(EngineWorld.start) }
        world.forgetTimes()
        while world.live == 50 { try world.succeedOne() }
        return world.mean
    }
}

/// One pipeline of 10 stages × 10 actions with outputs, inputs and variables, and what runs in it.
private struct EngineWorld {
    static let start = PipelineCommand.start(StartRequest(trigger: ExecutionTrigger(type: .startPipelineExecution)))

    private var state: PipelineState?
    private var running: [ActionExecution] = []
    private var spent = Duration.zero
    private var commands = 0

    init(_ mode: ExecutionMode) throws {
        try perform(.create(Self.declaration(mode), trigger: ExecutionTrigger(type: .createPipeline)))
    }

    var mean: Double { spent / .microseconds(1) / Double(max(1, commands)) }

    var live: Int { state?.executions.values.count { !$0.status.isTerminal } ?? 0 }

    mutating func forgetTimes() { (spent, commands) = (.zero, 0) }

    mutating func finish() throws { while !running.isEmpty { try succeedOne() } }

    /// Whatever waits longest has succeeded.
    mutating func succeedOne() throws {
        let attempt = running.removeFirst()
        let outputs = attempt.outputArtifacts.map { output in
            StoredArtifact(
                name: output.name, bucket: output.bucket, key: output.key, sha256: String(repeating: "a", count: 64),
                size: 1000)
        }
        try perform(
            .actionSucceeded(
                ActionReference(attempt),
                ActionResult(outputs: outputs, variables: ["Id": attempt.id.rawValue], summary: "done")))
    }

    mutating func perform(_ command: PipelineCommand) throws {
        let context = DecisionContext(now: 1_000_000, ids: RandomIDs(), settings: EngineSettings())
        // As the ledger does it: the state before is kept until the decision is written.
        let before = state
        let clock = ContinuousClock()
        let begun = clock.now
        let decision = try PipelineMachine.decide(command, on: before, in: context)
        spent += clock.now - begun
        commands += 1
        state = decision.state
        for event in decision.events {
            if case .actionStarted(let attempt) = event { running.append(attempt) }
        }
    }

    private static func declaration(_ mode: ExecutionMode) -> PipelineDeclaration {
        PipelineDeclaration(
            name: "speed", roleArn: "arn:aws:iam::000000000000:role/bench",
            artifactStore: ArtifactStoreDeclaration(location: "bench-artifacts"),
            stages: (0..<10).map { stage in
                StageDeclaration(
                    name: StageName("Stage\(stage)"), actions: (0..<10).map { action(stage, $0) })
            }, executionMode: mode, pipelineType: .v2)
    }

    private static func action(_ stage: Int, _ number: Int) -> ActionDeclaration {
        ActionDeclaration(
            name: ActionName("Action\(number)"), actionTypeId: stage == 0 ? NoOpAction.source : NoOpAction.build,
            configuration: [
                "ProjectName": .plain("project-\(number)"),
                "Image": .plain(stage == 0 ? "none" : "registry.example/app:#{n\(stage - 1)x\(number).Id}"),
            ],
            inputArtifacts: stage == 0 ? [] : [ArtifactReference(name: ArtifactName("a\(stage - 1)x\(number)"))],
            outputArtifacts: [ArtifactReference(name: ArtifactName("a\(stage)x\(number)"))],
            namespace: "n\(stage)x\(number)")
    }
}
