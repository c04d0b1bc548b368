import PipelineEngine
import PipelineModel
import Testing

/// A head check stands for a webhook whose delivery was lost (spec: triggers-and-webhooks A2).
@Suite struct HeadCheckTests {
    private let arn = "arn:aws:codepipeline:us-east-1:000000000000:webhook:main"

    private func delivery(_ revision: String) -> PipelineCommand {
        let change = SourceRevisionOverride(actionName: "src", revisionType: .commitID, revisionValue: revision)
        return .start(
            StartRequest(
                trigger: ExecutionTrigger(type: .webhook, detail: arn), input: StartInput(sourceRevisions: [change])))
    }

    private func look(_ revision: String) -> PipelineCommand {
        .sourceChanged(
            SourceChange(
                action: "src", revision: revision, origin: .poll, trigger: .headCheck("src", revision: revision),
                revisionType: .commitID))
    }

    @Test func `the delivery that comes after all starts nothing`() throws {
        var probe = try EngineProbe("Source: src>source")
        // While the first execution fetches, there is nothing to compare with.
        guard case .notStarted = try probe.perform(look("r2")).outcome else {
            return _ = Issue.record("the look didn't wait for the fetch")
        }
        try probe.run("ok src")
        guard case .sourceRevision(isNew: true, _) = try probe.perform(look("r2")).outcome else {
            return _ = Issue.record("the look started nothing")
        }
        guard case .notStarted = try probe.perform(delivery("r2")).outcome else {
            return _ = Issue.record("one push started twice")
        }
        guard case .started = try probe.perform(delivery("r3")).outcome else {
            return _ = Issue.record("the next push starts nothing")
        }
    }

    @Test func `the look after a delivery starts nothing`() throws {
        var probe = try EngineProbe("Source: src>source")
        guard case .started(let id, again: false) = try probe.perform(delivery("r2")).outcome else {
            return _ = Issue.record("the delivery started nothing")
        }
        #expect(try probe.perform(look("r2")).outcome == .sourceRevision(isNew: false, started: id))
    }

    @Test func `only a head check's trigger is one`() {
        #expect(ExecutionTrigger.headCheck("src", revision: "r").isHeadCheck)
        #expect(!ExecutionTrigger(type: .webhook, detail: arn).isHeadCheck)
        #expect(!ExecutionTrigger(type: .startPipelineExecution, detail: "head check of src/r").isHeadCheck)
    }
}
