import Foundation
import Testing

/// The gates of execution-semantics §10 and the override table through the unmodified AWS CLI.
@Suite(.serialized) struct ConditionTests {
    private func override(_ walk: Walk, _ pipeline: String, _ id: String, _ gate: String) async throws -> String {
        try await walk.error(
            "override-stage-condition", "--pipeline-name", pipeline, "--stage-name", "Review",
            "--pipeline-execution-id", id, "--condition-type", gate)
    }

    @Test func `a failed entry condition fails the stage, and an override lets it proceed`() async throws {
        let walk = try await Walk.begin()
        var stage = Definition.approval
        stage["beforeEntry"] = Walk.gate("Opening", "FAIL")
        try await walk.create("entry", stage, members: Walk.gateVariable)
        let first = try #require(try await walk.ids("entry").first)
        try await walk.answer("Approved", first, of: "entry")
        #expect(try await walk.sdk.end(of: first, of: "entry") == "Succeeded")
        #expect(try await override(walk, "entry", first, "BEFORE_ENTRY") == "ConditionNotOverridableException")
        let second = try await walk.start("entry", Walk.shut[0], Walk.shut[1])
        #expect(try await walk.sdk.end(of: second, of: "entry") == "Failed")
        let failed = try await walk.stage("Review", of: "entry")
        #expect(failed["latestExecution"]["status"] == "Failed")
        let gate = failed["beforeEntryConditionState"]
        #expect(gate["latestExecution"]["status"] == "Failed")
        let rule = gate["conditionStates"][0]["ruleStates"][0]
        #expect(rule["ruleName"] == "Opening" && rule["latestExecution"]["status"] == "Failed")
        let rules = try await walk.aws.codepipeline(
            "list-rule-executions", "--pipeline-name", "entry", "--filter", "pipelineExecutionId=\(second)")
        let detail = rules["ruleExecutionDetails"][0]
        #expect(detail["stageName"] == "Review" && detail["ruleName"] == "Opening" && detail["status"] == "Failed")
        #expect(detail["input"]["resolvedConfiguration"]["Variable"] == "shut")
        #expect(try await override(walk, "entry", second, "ON_SUCCESS") == "ConditionNotOverridableException")
        #expect(try await override(walk, "entry", first, "BEFORE_ENTRY") == "NotLatestPipelineExecutionException")
        #expect(try await override(walk, "entry", second, "BEFORE_ENTRY") == "")
        #expect(try await walk.sdk.status(second, of: "entry") == "InProgress")
        #expect(
            try await walk.stage("Review", of: "entry")["beforeEntryConditionState"]["latestExecution"]["status"]
                == "Overridden")
        try await walk.answer("Approved", second, of: "entry")
        #expect(try await walk.sdk.end(of: second, of: "entry") == "Succeeded")
        #expect(try await override(walk, "entry", second, "BEFORE_ENTRY") == "ConditionNotOverridableException")
    }

    @Test func `a failed entry condition skips the stage`() async throws {
        let walk = try await Walk.begin()
        var stage = Definition.approval
        stage["beforeEntry"] = Walk.gate("Opening", "SKIP")
        try await walk.create("skipping", stage, Definition.build(), members: Walk.gateVariable)
        let first = try #require(try await walk.ids("skipping").first)
        try await walk.cli([
            "stop-pipeline-execution", "--pipeline-name", "skipping", "--pipeline-execution-id", first, "--abandon",
        ])
        let second = try await walk.start("skipping", Walk.shut[0], Walk.shut[1])
        #expect(try await walk.sdk.end(of: second, of: "skipping") == "Succeeded")
        #expect(try await walk.stage("Review", of: "skipping")["latestExecution"]["status"] == "Skipped")
        #expect(try await override(walk, "skipping", second, "BEFORE_ENTRY") == "ConditionNotOverridableException")
        #expect(
            try await walk.error(
                "retry-stage-execution", "--pipeline-name", "skipping", "--stage-name", "Review",
                "--pipeline-execution-id", second, "--retry-mode", "ALL_ACTIONS") == "StageNotRetryableException")
        #expect(
            try await walk.error(
                "rollback-stage", "--pipeline-name", "skipping", "--stage-name", "Review",
                "--target-pipeline-execution-id", second) == "UnableToRollbackStageException")
    }

    @Test func `a failed success condition fails the stage or rolls it back`() async throws {
        let walk = try await Walk.begin()
        for result in ["FAIL", "ROLLBACK"] {
            let name = "after-\(result.lowercased())"
            var stage = Definition.approval
            stage["onSuccess"] = Walk.gate("Healthy", result)
            try await walk.create(name, stage, members: Walk.gateVariable)
            let first = try #require(try await walk.ids(name).first)
            try await walk.answer("Approved", first, of: name)
            #expect(try await walk.sdk.end(of: first, of: name) == "Succeeded")
            let second = try await walk.start(name, Walk.shut[0], Walk.shut[1])
            try await walk.answer("Approved", second, of: name)
            #expect(try await walk.sdk.end(of: second, of: name) == "Failed")
            if result == "FAIL" {
                #expect(try await override(walk, name, second, "ON_SUCCESS") == "")
                #expect(try await walk.sdk.end(of: second, of: name) == "Succeeded")
            } else {
                let third = try #require(try await walk.ids(name).last)
                let rollback = try await walk.execution(third, of: name)
                #expect(rollback["trigger"]["triggerType"] == "AutomatedRollback")
                #expect(rollback["rollbackMetadata"]["rollbackTargetPipelineExecutionId"].string == first)
                #expect(try await override(walk, name, second, "ON_SUCCESS") == "NotLatestPipelineExecutionException")
                // It has its target's variables: the gate is open.
                try await walk.answer("Approved", third, of: name)
                #expect(try await walk.sdk.end(of: third, of: name) == "Succeeded")
            }
        }
    }

    @Test func `a failed failure condition rolls the stage back`() async throws {
        let walk = try await Walk.begin()
        var stage = Definition.approval
        stage["onFailure"] = Walk.gate("Alarm", "ROLLBACK")
        try await walk.create("alarmed", stage, members: Walk.gateVariable)
        let first = try #require(try await walk.ids("alarmed").first)
        try await walk.answer("Approved", first, of: "alarmed")
        #expect(try await walk.sdk.end(of: first, of: "alarmed") == "Succeeded")
        // Met: the stage just fails.
        let second = try await walk.start("alarmed")
        try await walk.answer("Rejected", second, of: "alarmed")
        #expect(try await walk.sdk.end(of: second, of: "alarmed") == "Failed")
        #expect(try await walk.ids("alarmed").count == 2)
        let third = try await walk.start("alarmed", Walk.shut[0], Walk.shut[1])
        try await walk.answer("Rejected", third, of: "alarmed")
        #expect(try await walk.sdk.end(of: third, of: "alarmed") == "Failed")
        #expect(try await walk.ids("alarmed").count == 4)
        let state = try await walk.execution(try #require(try await walk.ids("alarmed").last), of: "alarmed")
        #expect(state["rollbackMetadata"]["rollbackTargetPipelineExecutionId"].string == first)
    }

    @Test func `a rule that waits for its window is seen, and can be overridden while it waits`() async throws {
        let walk = try await Walk.begin()
        var stage = Definition.approval
        // Noon of the 29th of February: not before 2028, and never in a day.
        stage["beforeEntry"] = [
            "conditions": [
                [
                    "result": "FAIL",
                    "rules": [
                        [
                            "name": "Window", "ruleTypeId": Walk.ruleType("DeploymentWindow"),
                            "configuration": ["Cron": "0 0 12 29 2 ? 2096", "TimeZone": "UTC"],
                        ]
                    ],
                ]
            ]
        ]
        try await walk.create("windowed", stage)
        let id = try #require(try await walk.ids("windowed").first)
        try await walk.entered(id, "Review", of: "windowed")
        try await waiting(until: "the rule's word") {
            let state = try await walk.polled("Review", of: "windowed")["beforeEntryConditionState"]
            return state["conditionStates"][0]["ruleStates"][0]["latestExecution"]["status"] == "InProgress"
        }
        let waits = try await walk.stage("Review", of: "windowed")
        #expect(waits["latestExecution"]["status"] == "InProgress")
        #expect(waits["actionStates"][0]["latestExecution"] == .null)
        #expect(try await override(walk, "windowed", id, "BEFORE_ENTRY") == "")
        let rule = try await walk.sdk("ListRuleExecutions", ["pipelineName": "windowed"])["ruleExecutionDetails"][0]
        #expect(rule["status"] == "Abandoned")
        try await walk.answer("Approved", id, of: "windowed")
        #expect(try await walk.sdk.end(of: id, of: "windowed") == "Succeeded")
    }

    @Test func `a rule whose module is not there is refused by name, and the others are listed`() async throws {
        let walk = try await Walk.begin()
        var stage = Definition.approval
        stage["beforeEntry"] = [
            "conditions": [
                [
                    "result": "FAIL",
                    "rules": [
                        [
                            "name": "Quiet", "ruleTypeId": Walk.ruleType("CloudWatchAlarm"),
                            "configuration": ["AlarmName": "errors"],
                        ]
                    ],
                ]
            ]
        ]
        let declaration = walk.declaration("unknown", mode: "SUPERSEDED", [stage])
        let file = try walk.corridor.gateway.scratch.write(try (["pipeline": declaration] as JSON).text, to: "u.json")
        let output = try await walk.aws.run(
            "codepipeline", "create-pipeline", "--cli-input-json", "file://\(file.path)")
        #expect(output.stderr.contains("InvalidStageDeclarationException"))
        #expect(output.stderr.contains("CloudWatchAlarm"))
        let types = try await walk.aws.codepipeline("list-rule-types")["ruleTypes"].items
        let names = Set(types.compactMap { $0["id"]["provider"].string })
        #expect(names == ["CodeBuild", "Commands", "DeploymentWindow", "VariableCheck"])
    }
}
