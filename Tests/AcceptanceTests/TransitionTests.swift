import Foundation
import Testing

/// The list of execution-semantics §6 and the table of §7 through the unmodified AWS CLI.
@Suite(.serialized) struct TransitionTests {
    private func transition(_ verb: String, _ type: String, of stage: String, _ pipeline: String) -> [String] {
        [
            "\(verb)-stage-transition", "--pipeline-name", pipeline, "--stage-name", stage, "--transition-type", type,
        ]
    }

    @Test func `a disabled transition holds executions and lets the newest in`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("held", Definition.approval)
        let first = try #require(try await walk.ids("held").first)
        try await walk.entered(first, "Review", of: "held")
        // Outbound of a stage is inbound of the next. Twice is once.
        for reason in ["an audit", "a freeze (until Monday)"] {
            try await walk.cli(transition("disable", "Outbound", of: "Source", "held") + ["--reason", reason])
        }
        let gate = try await walk.stage("Review", of: "held")["inboundTransitionState"]
        #expect(gate["enabled"] == false)
        #expect(gate["disabledReason"] == "a freeze (until Monday)")
        #expect(gate["lastChangedBy"].string?.hasPrefix("arn:aws:iam::000000000000:") == true)
        #expect(gate["lastChangedAt"] != .null)
        // Who is inside goes on; who comes waits, one at most.
        try await walk.answer("Approved", first, of: "held")
        #expect(try await walk.sdk.end(of: first, of: "held") == "Succeeded")
        let second = try await walk.start("held")
        try await walk.inbound([second], "Review", of: "held")
        let third = try await walk.start("held")
        try await walk.inbound([third], "Review", of: "held")
        #expect(try await walk.sdk.status(second, of: "held") == "Superseded")
        #expect(try await walk.execution(second, of: "held")["statusSummary"].string?.contains(third) == true)
        try await walk.cli(transition("enable", "Inbound", of: "Review", "held"))
        try await walk.entered(third, "Review", of: "held")
        #expect(try await walk.stage("Review", of: "held")["inboundTransitionState"]["enabled"] == true)
        // A stopped one in front of the gate does not enter later.
        try await walk.cli(transition("disable", "Inbound", of: "Review", "held") + ["--reason", "again"])
        let fourth = try await walk.start("held")
        try await walk.inbound([fourth], "Review", of: "held")
        try await walk.cli(["stop-pipeline-execution", "--pipeline-name", "held", "--pipeline-execution-id", fourth])
        #expect(try await walk.sdk.end(of: fourth, of: "held") == "Stopped")
        try await walk.cli(transition("enable", "Inbound", of: "Review", "held"))
        #expect(try await walk.polled("Review", of: "held")["latestExecution"]["pipelineExecutionId"].string == third)
    }

    @Test func `the first stage's way in and unknown stages`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("edges", Definition.approval)
        let first = try #require(try await walk.ids("edges").first)
        try await walk.entered(first, "Review", of: "edges")
        try await walk.cli(transition("disable", "Inbound", of: "Source", "edges") + ["--reason", "closed"])
        let second = try await walk.start("edges")
        try await walk.inbound([second], "Source", of: "edges")
        try await walk.cli(transition("disable", "Outbound", of: "Review", "edges") + ["--reason", "nothing follows"])
        let unknown = transition("enable", "Inbound", of: "Nowhere", "edges")
        #expect(try await walk.aws.run(["codepipeline"] + unknown).stderr.contains("StageNotFoundException"))
        let nobody = transition("enable", "Inbound", of: "Review", "nobody")
        #expect(try await walk.aws.run(["codepipeline"] + nobody).stderr.contains("PipelineNotFoundException"))
        let bad = transition("disable", "Inbound", of: "Review", "edges") + ["--reason", "50% off; {no}"]
        #expect(try await walk.aws.run(["codepipeline"] + bad).stderr.contains("ValidationException"))
    }

    @Test func `stopping, row by row`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("stops", Definition.approval)
        let first = try #require(try await walk.ids("stops").first)
        try await walk.entered(first, "Review", of: "stops")
        let stop = ["stop-pipeline-execution", "--pipeline-name", "stops", "--pipeline-execution-id"]
        try await walk.cli(stop + [first, "--reason", "row by row"])
        let stopping = try await walk.execution(first, of: "stops")
        #expect(stopping["status"] == "Stopping")
        #expect(try await walk.error(stop[0], stop[1], stop[2], stop[3], first) == "DuplicatedStopRequestException")
        // The approval is waited for; an answer ends it.
        let token = try await walk.token(of: first, in: "stops")
        try await walk.answer("Approved", first, of: "stops")
        #expect(try await walk.sdk.end(of: first, of: "stops") == "Stopped")
        let listed = try await walk.aws.codepipeline("list-pipeline-executions", "--pipeline-name", "stops")
        #expect(listed["pipelineExecutionSummaries"][0]["stopTrigger"]["reason"] == "row by row")
        #expect(
            try await walk.error(
                "put-approval-result", "--pipeline-name", "stops", "--stage-name", "Review", "--action-name", "Ask",
                "--token", token, "--result", "summary=,status=Approved") == "ApprovalAlreadyCompletedException")
        #expect(
            try await walk.error(stop[0], stop[1], stop[2], stop[3], first)
                == "PipelineExecutionNotStoppableException")
        #expect(
            try await walk.error(stop[0], stop[1], stop[2], stop[3], "00000000-0000-4000-8000-000000000000")
                == "PipelineExecutionNotStoppableException")
        // Abandoned at once, and retried from there.
        let second = try await walk.start("stops")
        try await walk.entered(second, "Review", of: "stops")
        let old = try await walk.token(of: second, in: "stops")
        try await walk.cli(stop + [second, "--abandon"])
        #expect(try await walk.sdk.end(of: second, of: "stops") == "Stopped")
        let stage = try await walk.stage("Review", of: "stops")
        #expect(stage["latestExecution"]["status"] == "Stopped")
        #expect(stage["actionStates"][0]["latestExecution"]["status"] == "Abandoned")
        try await walk.cli([
            "retry-stage-execution", "--pipeline-name", "stops", "--stage-name", "Review",
            "--pipeline-execution-id", second, "--retry-mode", "FAILED_ACTIONS",
        ])
        try await walk.answer("Approved", second, of: "stops", not: old)
        #expect(try await walk.sdk.end(of: second, of: "stops") == "Succeeded")
    }
}
