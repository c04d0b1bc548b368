import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PenstockServer

/// Whole stories, of facts that the machine has decided.
@Suite struct ExecutionStoryTests {
    @Test func `a superseded execution names who took its slot and what it waited for`() throws {
        var world = try StoryWorld(StoryWorld.pipeline(StoryWorld.stage("Source", "Source")))
        try world.start()
        try world.start()
        let first = try world.execution(1).id
        let third = try world.execution(3).id
        try world.tells(
            2,
            [
                "execution 2 of shop starts", "waits in front of stage Source: execution 1 (\(first)) holds it",
                "SUPERSEDED: execution 3 (\(third)) is newer and took the slot in front of stage Source after 10s",
            ])
        try world.tells(3, ["waits in front of stage Source: execution 1", "waits in front of stage Source for 10s"])
    }

    @Test func `a disabled transition is told with who closed it, who opened it and how long it took`() throws {
        var world = try StoryWorld(
            StoryWorld.pipeline(StoryWorld.stage("Source", "Source"), StoryWorld.stage("Prod", "Ship")))
        try world.transition(into: "Prod", disabled: "freeze")
        try world.succeed("Source", in: 1)
        try world.tells(1, ["waits in front of stage Prod: user/ines disabled the transition: freeze"])
        #expect(try world.story(of: 1).last?.text.contains("waits in front of stage Prod for 10s") == true)
        try world.transition(into: "Prod", disabled: nil)
        try world.tells(
            1, ["user/ines enabled the transition into stage Prod", "enters stage Prod after waiting 10s"])
        let last = try #require(try world.story(of: 1).last)
        #expect(last.kind == "now" && last.text.hasPrefix("action Prod/Ship (CodeBuild) has run for 10s"))
    }

    @Test func `QUEUED executions wait behind each other`() throws {
        var world = try StoryWorld(StoryWorld.pipeline(StoryWorld.stage("Source", "Source"), mode: .queued))
        try world.start()
        try world.start()
        try world.tells(3, ["execution 2", "came first"])
        try world.succeed("Source", in: 1)
        try world.tells(3, ["waits in front of stage Source for 20s: execution 2"])
        try world.tells(2, ["enters stage Source after waiting 20s"])
    }

    @Test func `an automatic rollback names the execution that goes back, and to which`() throws {
        var prod = StoryWorld.stage("Prod", "Ship")
        prod.onFailure = FailureDeclaration(result: .rollback)
        var world = try StoryWorld(StoryWorld.pipeline(StoryWorld.stage("Source", "Source"), prod))
        try world.succeed("Source", in: 1)
        try world.succeed("Ship", in: 1)
        try world.start()
        try world.succeed("Source", in: 2)
        try world.fail("Ship", in: 2)
        let names = (try world.execution(3).id, try world.execution(1).id)
        try world.tells(
            2,
            [
                "action Prod/Ship failed after 10s: JobFailed: exit code 1", "ends as Failed",
                "result ROLLBACK: execution 3 (\(names.0)) goes back to execution 1 (\(names.1)); it is InProgress",
            ])
        try world.tells(3, ["back to execution 1"])
    }

    @Test func `a condition's failure is told with its rule and result`() throws {
        var prod = StoryWorld.stage("Prod", "Ship")
        prod.onSuccess = GateDeclaration(conditions: [StoryWorld.condition("Alarm", .rollback)])
        var world = try StoryWorld(StoryWorld.pipeline(StoryWorld.stage("Source", "Source"), prod))
        try world.succeed("Source", in: 1)
        try world.succeed("Ship", in: 1)
        try world.tells(1, ["condition ON_SUCCESS of stage Prod has been judged for 10s: rule Alarm (CloudWatchAlarm)"])
        try world.perform(.ruleFailed(try world.rule("Alarm", in: 1), FailureDetails(.jobFailed, "it rings")))
        try world.tells(
            1,
            [
                "condition ON_SUCCESS of stage Prod is judged; when it is not met: ROLLBACK",
                "rule Alarm (CloudWatchAlarm) of ON_SUCCESS starts",
                "rule Alarm failed after 10s: JobFailed: it rings",
                "condition ON_SUCCESS of stage Prod failed: Rule 'Alarm': it rings; result ROLLBACK",
                "no execution of the pipeline's present version has succeeded in it before",
                "stage Prod can be retried: aws codepipeline retry-stage-execution",
            ])
        #expect(try world.story(of: 1).last?.text.hasSuffix("--retry-mode ALL_ACTIONS") == true)
    }

    @Test func `a retry and its attempts are told`() throws {
        var prod = StoryWorld.stage("Prod", "Ship")
        prod.onFailure = FailureDeclaration(result: .retry, retryConfiguration: RetryConfiguration(retryMode: nil))
        var world = try StoryWorld(StoryWorld.pipeline(prod))
        try world.fail("Ship", in: 1)
        try world.tells(
            1, ["onFailure RETRY: stage Prod is tried again", "action Prod/Ship (CodeBuild) starts, attempt 2"])
        try world.fail("Ship", in: 1)
        try world.perform(.retry("Prod", try world.execution(1).id, .failedActions))
        try world.tells(1, ["ends as Failed", "runs again", "retry by hand", "starts, attempt 3"])
    }

    @Test func `progress that says the same again is told once`() throws {
        var world = try StoryWorld(StoryWorld.pipeline(StoryWorld.stage("Build", "Compile")))
        for summary in ["queued", "queued", "step 1", "step 1"] {
            try world.perform(
                .actionPending(
                    try world.action("Compile", in: 1),
                    ActionContinuation(token: "t", pollAgainIn: 1, summary: summary)))
        }
        #expect(try world.story(of: 1).filter { $0.kind == "actionProgressed" }.count == 2)
        #expect(try world.story(of: 1).last?.text.contains("step 1; it times out in") == true)
    }

    @Test func `an update's cancellation and a stop are told as they stand`() throws {
        let pipeline = StoryWorld.pipeline(StoryWorld.stage("Build", "Compile"))
        var world = try StoryWorld(pipeline)
        try world.perform(.update(pipeline))
        try world.tells(
            1,
            [
                "the pipeline's definition was updated: version 2", "CANCELLED: the pipeline's definition was updated",
                "action Build/Compile (CodeBuild) has run for", "ends as Cancelled when that has ended",
            ])
        try world.start()
        try world.succeed("Compile", in: 1)
        try world.perform(.stop(try world.execution(2).id, mode: .wait, reason: "a mistake"))
        try world.tells(2, ["a stop was asked for: a mistake", "was asked to stop: it ends as Stopped"])
        try world.perform(.delete)
        #expect(try world.story(of: 2).last?.text == "the pipeline 'shop' is deleted")
    }

    @Test func `an approval is told with its expiry and its answer`() throws {
        var world = try StoryWorld(StoryWorld.pipeline(StoryWorld.stage("Gate", "Approve")))
        let token = try #require(try world.execution(1).stages.first?.actions.first?.approvalToken)
        let waiting = try #require(try world.story(of: 1).last)
        #expect(waiting.text.hasPrefix("action Gate/Approve has waited 10s for an approval; it expires in 6d23h"))
        try world.perform(
            .answerApproval(
                ApprovalAnswer(
                    stage: "Gate", action: "Approve", token: token, status: .approved, summary: "ship it",
                    by: StoryWorld.caller)))
        try world.tells(
            1, ["Approved by user/ines at Gate/Approve: \"ship it\"", "action Gate/Approve succeeded", "Succeeded"])
        #expect(!(try world.story(of: 1).contains { $0.text.contains(token) }))
    }

    @Test func `where several must approve, it is told who has`() throws {
        var gate = StoryWorld.stage("Gate", "Approve")
        gate.actions[0].configuration = ["RequiredApprovals": .plain("2")]
        var world = try StoryWorld(StoryWorld.pipeline(gate))
        let token = try #require(try world.execution(1).stages.first?.actions.first?.approvalToken)
        #expect(try world.story(of: 1).last?.text.hasSuffix("; 0 of 2 have approved") == true)
        try world.perform(
            .answerApproval(
                ApprovalAnswer(
                    stage: "Gate", action: "Approve", token: token, status: .approved, summary: "",
                    by: StoryWorld.caller)))
        try world.tells(1, ["user/ines approves Gate/Approve, one of several that are needed"])
        #expect(try world.story(of: 1).last?.text.hasSuffix("; 1 of 2 have approved: user/ines") == true)
    }

    @Test func `the delivery stands in front, with what it matched`() throws {
        let world = try StoryWorld(StoryWorld.pipeline(StoryWorld.stage("Source", "Source")))
        let delivery = JournalEntry(
            sequence: 41, hook: "h", hookName: "main", provider: "GitHub", deliveryID: "d-1", event: "push",
            receivedAt: 999, headers: [:], body: nil, bodySize: 3, outcome: "accepted", reason: nil,
            decisions: [
                DeliveryDecision(pipeline: "shop", started: try world.execution(1).id, reason: "branch 'main' matches")
            ], replayOf: 40)
        let first = try #require(try world.story(of: 1, delivery: delivery).first)
        #expect(
            first.text == "delivery 41 came in at hook main: GitHub push, id d-1, a replay by hand of delivery 40; it "
                + "started this execution: branch 'main' matches")
        #expect(first.kind == "delivery" && first.after == -1)
        let text = ExplanationText.lines(
            ExecutionExplanation(
                pipeline: "shop", execution: "e", number: 1, version: 1, status: "InProgress", summary: nil,
                startTime: Date(timeIntervalSince1970: 1000), lines: try world.story(of: 1, delivery: delivery)))
        #expect(text[0] == "execution 1 of shop (e): InProgress")
        #expect(text[2].hasPrefix("1970-01-01T00:16:39Z  -1.0s      delivery 41"), "\(text[2])")
        #expect(text[3].hasPrefix("1970-01-01T00:16:40Z  +0.0s      execution 1 of shop"), "\(text[3])")
        #expect(text.last?.contains("  now        ") == true)
    }
}
