import Foundation
import Testing

/// What takes days: the time-outs of execution-semantics §15 and the rule of thirty days, with the clock of the gateway
/// and of the unmodified AWS CLI set ahead between two lives of the gateway.
@Suite(.serialized) struct TimeTests {
    private static let (minute, hour, day) = (60, 3600, 86_400)

    /// The same data folder under a later clock; the walk's CLI goes with it. Its SDK does not.
    private func later(_ walk: Walk, by seconds: Int) async throws -> Walk {
        try await walk.corridor.gateway.kill9()
        try await walk.corridor.gateway.start(clock: seconds)
        let clock = try Command.environment(ahead: seconds)
        let environment = try await walk.corridor.gateway.environment().merging(clock) { $1 }
        return Walk(corridor: walk.corridor, sdk: walk.sdk, aws: AWS(environment: environment))
    }

    private func status(_ walk: Walk, _ id: String, of pipeline: String) async throws -> String {
        try await walk.execution(id, of: pipeline)["status"].string ?? ""
    }

    private func ends(_ walk: Walk, _ id: String, of pipeline: String, _ expected: String) async throws {
        try await waiting(until: "\(pipeline) \(expected)", upTo: .seconds(60), every: .milliseconds(500)) {
            try await status(walk, id, of: pipeline) == expected
        }
    }

    /// The newest row of an action, as `aws codepipeline list-action-executions` shows it.
    private func row(_ walk: Walk, _ action: String, of pipeline: String) async throws -> JSON {
        let rows = try await walk.aws.codepipeline("list-action-executions", "--pipeline-name", pipeline)
        return rows["actionExecutionDetails"].items.first { $0["actionName"].string == action } ?? .null
    }

    @Test func `an approval expires by its own time, else after seven days`() async throws {
        let walk = try await Walk.begin()
        let quick = Definition.approval.withAction(["timeoutInMinutes": 5])
        try await walk.create("quick", quick)
        try await walk.create("slow", Definition.approval)
        let first = try #require(try await walk.ids("quick").first)
        let second = try #require(try await walk.ids("slow").first)
        let token = try await walk.token(of: first, in: "quick")
        _ = try await walk.token(of: second, in: "slow")

        let soon = try await later(walk, by: 6 * Self.minute)
        try await ends(soon, first, of: "quick", "Failed")
        let expired = try await row(soon, "Ask", of: "quick")
        #expect(expired["status"] == "Failed")
        #expect(expired["output"]["executionResult"]["errorDetails"]["message"].string?.isEmpty == false)
        let late = try await soon.error(
            "put-approval-result", "--pipeline-name", "quick", "--stage-name", "Review", "--action-name", "Ask",
            "--token", token, "--result", "summary=late,status=Approved")
        #expect(["InvalidApprovalTokenException", "ApprovalAlreadyCompletedException"].contains(late))
        #expect(try await status(soon, second, of: "slow") == "InProgress")

        let sixDays = try await later(soon, by: 6 * Self.day)
        #expect(try await status(sixDays, second, of: "slow") == "InProgress")
        let eightDays = try await later(sixDays, by: 8 * Self.day)
        try await ends(eightDays, second, of: "slow", "Failed")
    }

    @Test func `a build is failed after thirty-six hours, and a rule after its own time`() async throws {
        let walk = try await Walk.begin()
        let endless = Steps.buildspec("mkdir -p site", "sleep 3000")
        _ = try await walk.corridor.git.commit(["buildspec-endless.yml": endless], message: "Endless")
        try await walk.create("endless", Definition.build(buildspec: "buildspec-endless.yml"))
        var gated = Definition.approval
        gated["beforeEntry"] = [
            "conditions": [
                [
                    "result": "FAIL",
                    "rules": [
                        [
                            "name": "Window", "ruleTypeId": Walk.ruleType("DeploymentWindow"), "timeoutInMinutes": 60,
                            "configuration": ["Cron": "0 0 12 29 2 ? 2096", "TimeZone": "UTC"],
                        ]
                    ],
                ]
            ]
        ]
        try await walk.create("gated", gated)
        let build = try #require(try await walk.ids("endless").first)
        let rule = try #require(try await walk.ids("gated").first)
        try await walk.entered(build, "Build", of: "endless")
        try await walk.entered(rule, "Review", of: "gated")

        let soon = try await later(walk, by: 50 * Self.minute)
        #expect(try await status(soon, rule, of: "gated") == "InProgress")
        let hours = try await later(soon, by: 2 * Self.hour)
        try await ends(hours, rule, of: "gated", "Failed")
        #expect(try await status(hours, build, of: "endless") == "InProgress")
        let days = try await later(hours, by: 37 * Self.hour)
        try await ends(days, build, of: "endless", "Failed")
        let row = try await row(days, "Website", of: "endless")
        #expect(row["status"] == "Failed")
        #expect(row["output"]["executionResult"]["errorDetails"]["code"].string?.isEmpty == false)
    }

    @Test func `an execution that has waited for thirty days is not let in, a new one is`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("patient", Definition.approval)
        let first = try #require(try await walk.ids("patient").first)
        _ = try await walk.token(of: first, in: "patient")
        try await walk.cli([
            "stop-pipeline-execution", "--pipeline-name", "patient", "--pipeline-execution-id", first, "--abandon",
        ])
        let transition = ["--pipeline-name", "patient", "--stage-name", "Review", "--transition-type", "Inbound"]
        try await walk.cli(["disable-stage-transition"] + transition + ["--reason", "closed"])
        let second = try await walk.start("patient")
        try await walk.inbound([second], "Review", of: "patient")

        let month = try await later(walk, by: 31 * Self.day)
        try await month.cli(["enable-stage-transition"] + transition)
        let third = try await month.start("patient")
        try await waiting(until: "the new execution in Review", every: .milliseconds(500)) {
            try await month.stage("Review", of: "patient")["latestExecution"]["pipelineExecutionId"].string == third
        }
        let rows = try await month.aws.codepipeline(
            "list-action-executions", "--pipeline-name", "patient", "--filter", "pipelineExecutionId=\(second)")
        #expect(!rows["actionExecutionDetails"].items.contains { $0["actionName"] == "Ask" })
    }
}

/// The limits of execution-semantics §11 that need large values.
@Suite(.serialized) struct VariableLimitTests {
    private static func buildspec(_ bytes: [Int]) -> String {
        let names = bytes.indices.map { "BIG\($0)" }
        let commands = zip(names, bytes).map { "      - export \($0)=$(head -c \($1) /dev/zero | tr '\\0' x)" }
        return """
            version: 0.2
            env:
              exported-variables: [\(names.joined(separator: ", "))]
            phases:
              build:
                commands:
            \(commands.joined(separator: "\n"))
            artifacts:
              files: [page.txt]
            """
    }

    private func failure(_ walk: Walk, _ action: String, of pipeline: String) async throws -> JSON {
        let rows = try await walk.aws.codepipeline("list-action-executions", "--pipeline-name", pipeline)
        let row = rows["actionExecutionDetails"].items.first { $0["actionName"].string == action }
        return row?["output"]["executionResult"]["errorDetails"] ?? .null
    }

    @Test func `the output variables of an action hold 122880 bytes, a resolved configuration 100 KB`() async throws {
        let walk = try await Walk.begin()
        _ = try await walk.corridor.git.commit(
            [
                "fits.yml": Self.buildspec([60_000, 60_000]), "large.yml": Self.buildspec([60_000, 63_000]),
            ], message: "Large variables")
        let build = Definition.build(buildspec: "fits.yml").withAction(["namespace": "Made"])
        func use(_ value: String) -> JSON {
            Definition.approval.withAction(["configuration": ["CustomData": .string(value)]])
        }
        try await walk.create("fits", build, use("#{Made.BIG0}"))
        try await walk.create("twice", build, use("#{Made.BIG0}#{Made.BIG1}"))
        let large = Definition.build(buildspec: "large.yml").withAction(["namespace": "Made"])
        try await walk.create("large", large, Definition.approval)
        let fits = try #require(try await walk.ids("fits").first)
        let twice = try #require(try await walk.ids("twice").first)
        let over = try #require(try await walk.ids("large").first)
        #expect(try await walk.sdk.end(of: over, of: "large") == "Failed")
        #expect(try await failure(walk, "Website", of: "large")["message"].string?.contains("122880") == true)
        #expect(try await walk.sdk.end(of: twice, of: "twice") == "Failed")
        #expect(try await failure(walk, "Ask", of: "twice")["message"].string?.isEmpty == false)
        _ = try await walk.token(of: fits, in: "fits")
    }

    @Test func `a pipeline variable holds a thousand characters`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("sized", Definition.approval, members: Walk.gateVariable)
        func value(_ count: Int) -> String { "name=gate,value=" + String(repeating: "x", count: count) }
        let start = ["start-pipeline-execution", "--name", "sized", "--variables"]
        #expect(try await walk.error(start[0], start[1], start[2], start[3], value(1001)) == "ValidationException")
        try await walk.cli(start + [value(1000)])
    }
}

extension JSON {
    /// A stage whose first action has these members too.
    fileprivate func withAction(_ members: JSON) -> JSON {
        var stage = self
        var actions = self["actions"].items
        for (key, value) in members.members { actions[0][key] = value }
        stage["actions"] = .array(actions)
        return stage
    }
}
