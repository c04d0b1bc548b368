import PipelineEngine
import PipelineModel
import Testing

/// An execution that descends from an untrusted one is untrusted, and so is all that runs for it.
@Suite struct ForkMarkTests {
    static let line = "Source: a>app | Build: unit<app>bin | Deploy(entry FAIL alarm): ship<bin"
    static let auto = "Source: a>app | Build: unit<app>bin | Deploy(rollback): ship<bin"
    static let fork = [PipelineExecution.forkMark: "true", PipelineExecution.forkTarget: "main"]

    /// What a fork's pull request starts; its creation's execution (number 1) has ended.
    private static func world(_ drawing: String) throws -> EngineProbe {
        var probe = try EngineProbe(drawing)
        try probe.run("fail a")
        let revision = SourceRevisionOverride(actionName: "a", revisionType: .commitID, revisionValue: "c7")
        try probe.perform(
            .start(
                StartRequest(
                    trigger: ExecutionTrigger(type: .webhookV2),
                    input: StartInput(sourceRevisions: [revision], eventVariables: fork))))
        return probe
    }

    /// Of everything that the execution has had run: whether it was given as untrusted.
    private static func marks(of number: Int, in probe: EngineProbe) throws -> [Bool] {
        let id = try probe.execution(number).id
        return probe.effects.compactMap { effect in
            switch effect.kind {
            case .runAction(let work) where work.action.executionID == id: work.isUntrusted == true
            case .runRule(let work) where work.rule.executionID == id: work.isUntrusted == true
            default: nil
            }
        }
    }

    static let descents = [
        (line, "ok a, ok unit, rule ok alarm, ok ship, rollback Build 2", 3),
        (line, "ok a, ok unit, rule ok alarm, ok ship, rollback Deploy 2", 3),
        (line, "ok a, ok unit, rule ok alarm, ok ship, rollback Build 2, fail unit, retry Build 3", 3),
        (auto, "ok a, ok unit, ok ship, start, ok a, ok unit, fail ship", 4),
        (line, "tag penstock:restart-on-update true, ok a, update", 3),
        (line, "ok a, fail unit, retry Build 2", 2),
    ]

    @Test(arguments: descents) func `what descends from a fork's execution gets no secrets either`(
        drawing: String, steps: String, number: Int
    ) throws {
        var probe = try Self.world(drawing)
        try probe.run(steps)
        #expect(try probe.execution(number).isUntrusted)
        #expect(try probe.execution(number).eventVariables == Self.fork)
        let marks = try Self.marks(of: number, in: probe)
        #expect(!marks.isEmpty && marks.allSatisfy { $0 }, "\(marks)")
    }

    @Test func `a rollback to a trusted execution is trusted, whatever failed`() throws {
        var probe = try EngineProbe(Self.auto)
        try probe.run("ok a, ok unit, ok ship")
        try probe.perform(
            .start(
                StartRequest(
                    trigger: ExecutionTrigger(type: .webhookV2), input: StartInput(eventVariables: Self.fork))))
        try probe.run("ok a, ok unit, fail ship")
        #expect(try probe.execution(2).isUntrusted)
        #expect(try probe.execution(3).rollbackTarget == probe.execution(1).id)
        #expect(try !probe.execution(3).isUntrusted)
        #expect(try Self.marks(of: 3, in: probe) == [false])
    }
}
