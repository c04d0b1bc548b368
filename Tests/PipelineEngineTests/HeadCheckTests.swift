import PipelineEngine
import PipelineModel
import Testing

/// A head check stood for a webhook whose delivery was lost; histories of that time read on.
@Suite struct HeadCheckTests {
    private let arn = "arn:aws:codepipeline:us-east-1:000000000000:webhook:main"
    private let trigger = ExecutionTrigger(type: .webhook, detail: "head check of src/r2")

    private func start(_ revision: String, by trigger: ExecutionTrigger) -> PipelineCommand {
        let change = SourceRevisionOverride(actionName: "src", revisionType: .commitID, revisionValue: revision)
        return .start(StartRequest(trigger: trigger, input: StartInput(sourceRevisions: [change])))
    }

    @Test func `the delivery that comes after all starts nothing`() throws {
        var probe = try EngineProbe("Source: src>source")
        guard case .started = try probe.perform(start("r2", by: trigger)).outcome else {
            return _ = Issue.record("the check started nothing")
        }
        let delivery = ExecutionTrigger(type: .webhook, detail: arn)
        guard case .notStarted = try probe.perform(start("r2", by: delivery)).outcome else {
            return _ = Issue.record("one push started twice")
        }
        guard case .started = try probe.perform(start("r3", by: delivery)).outcome else {
            return _ = Issue.record("the next push starts nothing")
        }
    }

    @Test func `only a head check's trigger is one`() {
        #expect(trigger.isHeadCheck)
        #expect(!ExecutionTrigger(type: .webhook, detail: arn).isHeadCheck)
        #expect(!ExecutionTrigger(type: .startPipelineExecution, detail: "head check of src/r").isHeadCheck)
    }
}
