import CodePipelineAPI
import PipelineEngine
import PipelineModel
import Testing

@Suite("Conditions of stages")
struct ConditionTests {
    private let room = Room()

    private func create() async throws -> String {
        try await room.create(Pipelines.gated())
        let id = try #require(try await room.executions("gated").first)
        try await room.fetch("gated")
        return id
    }

    private func build() async throws -> Document { try #require(try await room.state("gated").at("stageStates.1")) }

    private func override(_ id: String, _ type: String, stage: String = "Build") -> String {
        #"""
        {"pipelineName": "gated", "stageName": "\#(stage)", "pipelineExecutionId": "\#(id)", "conditionType": "\#(type)"}
        """#
    }

    @Test func `gates that were never judged show their rules, stages without gates nothing`() async throws {
        try await room.create(Pipelines.gated())
        let gate = try document(#"{"conditionStates": [{"ruleStates": [{"ruleName": "Window"}]}]}"#)
        #expect(try await build()["beforeEntryConditionState"] == gate)
        #expect(try await build()["onFailureConditionState"] == nil)
        #expect(try await room.state("gated").at("stageStates.2.onFailureConditionState") == nil)
    }

    @Test func `a failed gate shows its rule's reason, and can be overridden by name`() async throws {
        let id = try await create()
        #expect(try await build().at("beforeEntryConditionState.latestExecution.status") == .string("InProgress"))
        try await room.reportRule("Window", of: "gated") {
            .ruleFailed($0, FailureDetails(.jobFailed, "closed on Sundays", externalExecutionID: "w:1"))
        }
        let failed = try await build()
        #expect(failed.at("latestExecution.status") == .string("Failed"))
        let condition = try #require(failed.at("beforeEntryConditionState.conditionStates.0"))
        #expect(condition.at("latestExecution.summary") == .string("Rule 'Window': closed on Sundays"))
        let rule = try #require(condition.at("ruleStates.0.latestExecution"))
        #expect(rule["status"] == .string("Failed"))
        #expect(
            rule["errorDetails"] == (try document(#"{"code": "JobFailed", "message": "closed on Sundays"}"#)))
        #expect(try await room.call("OverrideStageCondition", override(id, "BEFORE_ENTRY")) == .null)
        let overridden = try await build()
        #expect(overridden.at("latestExecution.status") == .string("InProgress"))
        #expect(overridden.at("beforeEntryConditionState.latestExecution.status") == .string("Overridden"))
        #expect(overridden.at("actionStates.0.latestExecution.status") == .string("InProgress"))
    }

    @Test func `what can't be overridden is refused in AWS's words`() async throws {
        let id = try await create()
        func refusal(_ input: String) async throws -> APIError {
            try await room.refusal("OverrideStageCondition", input)
        }
        #expect(try await refusal(override(id, "ON_SUCCESS")).code == "ConditionNotOverridableException")
        #expect(try await refusal(override(id, "BEFORE_ENTRY", stage: "X")).code == "StageNotFoundException")
        #expect(try await refusal(override(id, "ON_FAILURE")).code == "ValidationException")
        try await room.reportRule("Window", of: "gated") { .ruleSucceeded($0, RuleResult()) }
        let met = try await refusal(override(id, "BEFORE_ENTRY"))
        #expect(met.code == "ConditionNotOverridableException")
        #expect(met.message.hasPrefix("Unable to override because the condition does not allow overrides. "))
    }

    @Test func `a rule that judges an artifact shows its revision`() async throws {
        _ = try await create()
        try await room.reportRule("Window", of: "gated") { .ruleSucceeded($0, RuleResult(summary: "open")) }
        try await room.build("gated")
        let rule = try #require(try await build().at("onSuccessConditionState.conditionStates.0.ruleStates.0"))
        #expect(rule.at("currentRevision.revisionId") == .string("v1"))
        #expect(rule["revisionUrl"] == .string("https://example.com/v1"))
        #expect(rule.at("latestExecution.status") == .string("InProgress"))
    }

    @Test func `rules are listed apart from actions, newest first, secrets masked`() async throws {
        let id = try await create()
        try await room.reportRule("Window", of: "gated") { .ruleSucceeded($0, RuleResult(summary: "open")) }
        try await room.build("gated")
        let listed = try await room.call("ListRuleExecutions", #"{"pipelineName": "gated"}"#)
        let details = listed["ruleExecutionDetails"]?.items ?? []
        #expect(details.compactMap { $0["ruleName"]?.text } == ["Look", "Window"])
        #expect(details[0].at("input.configuration.Token") == .string("****"))
        #expect(details[0].at("input.resolvedConfiguration.Token") == .string("****"))
        #expect(details[0].at("input.inputArtifacts.0.s3location.key") == .string("App/1"))
        #expect(details[1].at("output.executionResult.externalExecutionSummary") == .string("open"))
        #expect(details.allSatisfy { $0["pipelineExecutionId"] == .string(id) })
        #expect(!"\(listed)".contains("s3cret") && !"\(listed)".contains("terc3s"))
        let actions = try await room.call("ListActionExecutions", #"{"pipelineName": "gated"}"#)
        #expect(
            actions["actionExecutionDetails"]?.items.compactMap { $0["actionName"]?.text } == ["Compile", "Fetch"])
    }

    @Test func `the latest rule executions are those since the last retry, page by page`() async throws {
        let id = try await create()
        try await room.reportRule("Window", of: "gated") { .ruleFailed($0, FailureDetails(.jobFailed, "no")) }
        try await room.call(
            "RetryStageExecution",
            #"{"pipelineName": "gated", "stageName": "Build", "pipelineExecutionId": "\#(id)", "retryMode": "ALL_ACTIONS"}"#
        )
        try await room.reportRule("Window", of: "gated") { .ruleSucceeded($0, RuleResult()) }
        try await room.build("gated")
        func pages(_ range: String) async throws -> [[String]] {
            let filter = #"{"pipelineExecutionId": "\#(id)", "startTimeRange": "\#(range)"}"#
            var input = try document(
                #"{"pipelineName": "gated", "maxResults": 1, "filter": {"latestInPipelineExecution": \#(filter)}}"#)
            var pages: [[String]] = []
            while true {
                let answer = try await room.call("ListRuleExecutions", input)
                pages.append((answer["ruleExecutionDetails"]?.items ?? []).compactMap { $0["ruleName"]?.text })
                guard let token = answer["nextToken"] else { return pages }
                input = input.setting("nextToken", to: token)
            }
        }
        #expect(try await pages("Latest") == [["Look"], ["Window"]])
        #expect(try await pages("All") == [["Look"], ["Window"], ["Window"]])
        let foreign = try await room.call("ListActionExecutions", #"{"pipelineName": "gated", "maxResults": 1}"#)
        let token = try #require(foreign["nextToken"]?.text)
        let refusal = try await room.refusal(
            "ListRuleExecutions", #"{"pipelineName": "gated", "nextToken": "\#(token)"}"#)
        #expect(refusal.code == "InvalidNextTokenException")
    }

    @Test func `an automatic retry is counted and told from one by hand`() async throws {
        try await room.create(
            Pipelines.small().setting("pipelineType", to: .string("V2"))
                .setting("stages.1.onFailure", to: document(#"{"result": "RETRY"}"#)))
        try await room.fetch("small")
        func fail() async throws {
            try await room.report("Compile", of: "small") { .actionFailed($0, FailureDetails(.jobFailed, "no")) }
        }
        try await fail()
        let place = "stageStates.1.retryStageMetadata"
        #expect(
            try await room.state("small").at(place)
                == document(#"{"autoStageRetryAttempt": 1, "latestRetryTrigger": "AutomatedStageRetry"}"#))
        try await fail()
        let id = try #require(try await room.executions("small").first)
        try await room.call(
            "RetryStageExecution",
            #"{"pipelineName": "small", "stageName": "Build", "pipelineExecutionId": "\#(id)", "retryMode": "FAILED_ACTIONS"}"#
        )
        let both = try #require(try await room.state("small").at(place))
        #expect(both["autoStageRetryAttempt"] == .integer(1) && both["manualStageRetryAttempt"] == .integer(1))
        #expect(both["latestRetryTrigger"] == .string("ManualStageRetry"))
    }
}
