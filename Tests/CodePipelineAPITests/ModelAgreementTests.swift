import CodePipelineAPI
import Foundation
import PipelineEngine
import PipelineModel
import PipelineStore
import Testing

@Suite("Agreement with the service's model")
struct ModelAgreementTests {
    @Test(arguments: CodePipelineOperations.names)
    func `an input shape says what the model says`(operation: String) throws {
        let model = try ServiceModel.load()
        let shape = try #require(Room().operations.inputShape(of: operation))
        let name = try #require(model.inputName(of: operation))
        #expect(model.differences(shape, name, at: operation) == [])
    }

    @Test(arguments: ConnectionOperations.names)
    func `an input shape of a connection's operation says what the model says`(operation: String) throws {
        let model = try ServiceModel.loadConnections()
        let shape = try #require(Room().connections.inputShape(of: operation))
        let name = try #require(model.inputName(of: operation))
        #expect(model.differences(shape, name, at: operation) == [])
    }

    @Test func `the walk notices members, values and types that the model doesn't know`() throws {
        let model = try ServiceModel.load()
        let wrong = try document(
            #"{"pipelineVersion": "1", "stageStates": [{"latestExecution": {"status": "Done"}, "extra": true}]}"#)
        #expect(model.faults(in: wrong, "GetPipelineStateOutput", at: "x").count == 4)
        let other = try #require(Room().operations.inputShape(of: "GetPipeline"))
        #expect(model.differences(other, "DeletePipelineInput", at: "x").count == 2)
        var settings = APISettings()
        settings.configurationValueLimit = 50_000
        let wide = try #require(Room(settings: settings).operations.inputShape(of: "UpdatePipeline"))
        let place = "x.pipeline.stages[].actions[].configuration.value"
        #expect(model.differences(wide, "UpdatePipelineInput", at: "x").map { $0.prefix(place.count) } == [place[...]])
    }

    /// Optional members of the answers that the life must have shown at least once.
    private static let shown: Set<String> = [
        "beforeEntryConditionState", "onSuccessConditionState", "onFailureConditionState", "conditionStates",
        "ruleStates", "currentRevision", "revisionUrl", "disabledReason", "lastChangedBy", "lastChangedAt",
        "inboundExecution", "retryStageMetadata", "autoStageRetryAttempt", "manualStageRetryAttempt",
        "latestRetryTrigger", "rollbackMetadata", "executionType", "stopTrigger", "statusSummary",
        "pollingDisabledAt", "newRevision", "ruleExecutionDetails", "errorDetails", "externalExecutionId",
        "externalExecutionUrl", "externalExecutionSummary", "updatedBy", "triggers", "retryConfiguration",
        "lastTriggered", "errorCode", "errorMessage", "matchEquals",
        "SecretToken", "AllowedIPRange", "NextToken", "actionConfigurationProperties", "ruleConfigurationProperties",
        "description", "nextToken", "tags",
    ]

    @Test func `every answer agrees with the model through the whole life of a pipeline`() async throws {
        let life = try Life(model: ServiceModel.load())
        try await life.create()
        try await life.runToApproval()
        try await life.approveAndFinish()
        try await life.failAndRetry()
        try await life.stopAndUpdate()
        try await life.gatesAndRollback()
        try await life.tagsAndTypes()
        try await life.webhooks()
        #expect(await life.answered.names == Set(CodePipelineOperations.names))
        let missing = Self.shown.subtracting(await life.answered.members)
        #expect(missing == [], "these optional members were never seen")
    }
}

/// Performs every operation on one pipeline and checks each answer, reading all views after each step.
private struct Life {
    actor Answered {
        private(set) var names: Set<String> = []
        /// The names of all members that were seen anywhere.
        private(set) var members: Set<String> = []

        func insert(_ name: String, _ answer: Document) {
            names.insert(name)
            note(answer)
        }

        private func note(_ document: Document) {
            for (name, value) in document.members {
                members.insert(name)
                note(value)
            }
            for item in document.items { note(item) }
        }
    }

    let model: ServiceModel
    let room = Room()
    let answered = Answered()

    @discardableResult
    func call(_ operation: String, _ json: String) async throws -> Document {
        try await check(operation, try await room.call(operation, json))
    }

    private func check(_ operation: String, _ answer: Document) async throws -> Document {
        await answered.insert(operation, answer)
        if let name = model.outputName(of: operation) {
            #expect(model.faults(in: answer, name, at: operation) == [])
        } else {
            #expect(answer == .null)
        }
        return answer
    }

    func readAll(_ execution: String, of pipeline: String = "full") async throws {
        let name = #""pipelineName": "\#(pipeline)""#
        try await call("GetPipeline", #"{"name": "\#(pipeline)"}"#)
        try await call("ListPipelines", "{}")
        try await call("GetPipelineState", #"{"name": "\#(pipeline)"}"#)
        try await call("GetPipelineExecution", #"{\#(name), "pipelineExecutionId": "\#(execution)"}"#)
        try await call("ListPipelineExecutions", #"{\#(name), "maxResults": 1}"#)
        try await call("ListActionExecutions", #"{\#(name), "filter": {"pipelineExecutionId": "\#(execution)"}}"#)
        try await call("ListRuleExecutions", #"{\#(name), "maxResults": 1}"#)
        let latest = #"{"pipelineExecutionId": "\#(execution)", "startTimeRange": "Latest"}"#
        try await call("ListRuleExecutions", #"{\#(name), "filter": {"latestInPipelineExecution": \#(latest)}}"#)
    }

    func start() async throws -> String {
        let answer = try await call(
            "StartPipelineExecution",
            #"""
            {"name": "full", "variables": [{"name": "Size", "value": "XL"}], "sourceRevisions":
             [{"actionName": "Fetch", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": "v7"}]}
            """#)
        return try #require(answer["pipelineExecutionId"]?.text)
    }

    func succeed(_ action: ActionName, _ result: ActionResult = ActionResult(summary: "done")) async throws {
        try await room.report(action, of: "full") { .actionSucceeded($0, result) }
    }

    func create() async throws {
        let pipeline = try Pipelines.full()
        _ = try await check("CreatePipeline", try await room.call("CreatePipeline", .structure(["pipeline": pipeline])))
    }

    private func fetchAndBuild() async throws {
        let revision = SourceRevision(
            actionName: "Fetch", revisionID: "v7", summary: "Amazon S3 version id: v7", url: "https://example.com/v7",
            changeIdentifier: "etag", created: 1_690_000_000.5)
        let app = StoredArtifact(
            name: "App", bucket: "artifacts", key: "full/App/1", sha256: "00", size: 7, revision: revision)
        try await succeed(
            "Fetch",
            ActionResult(
                outputs: [app], variables: ["VersionId": "v7"], revision: revision, summary: revision.summary))
        try await room.report("Compile", of: "full") {
            .actionPending(
                $0,
                ActionContinuation(
                    token: "t", pollAgainIn: 5, summary: "building", externalExecutionID: "app:1",
                    externalExecutionURL: "https://example.com/b/1", percentComplete: 40))
        }
    }

    func runToApproval() async throws {
        let id = try await start()
        try await readAll(id)
        try await fetchAndBuild()
        _ = try await start()
        try await readAll(id)
        try await succeed(
            "Compile",
            ActionResult(
                outputs: [StoredArtifact(name: "Built", bucket: "artifacts", key: "full/Built/1")],
                variables: ["TAG": "1"], summary: "built", externalExecutionID: "app:1"))
        try await succeed("Publish")
        try await readAll(id)
    }

    func approveAndFinish() async throws {
        let state = try await call("GetPipelineState", #"{"name": "full"}"#)
        let token = try #require(state.at("stageStates.2.actionStates.1.latestExecution.token")?.text)
        let id = try #require(state.at("stageStates.2.latestExecution.pipelineExecutionId")?.text)
        try await call(
            "PutApprovalResult",
            #"""
            {"pipelineName": "full", "stageName": "Deploy", "actionName": "Confirm", "token": "\#(token)",
             "result": {"status": "Approved", "summary": "looks good"}}
            """#)
        try await readAll(id)
    }

    func failAndRetry() async throws {
        let state = try await call("GetPipelineState", #"{"name": "full"}"#)
        let id = try #require(state.at("stageStates.0.latestExecution.pipelineExecutionId")?.text)
        try await fetchAndBuild()
        try await room.report("Compile", of: "full") {
            .actionFailed($0, FailureDetails(.jobFailed, "the build failed", externalExecutionID: "app:2"))
        }
        try await readAll(id)
        try await call(
            "RetryStageExecution",
            #"""
            {"pipelineName": "full", "stageName": "Build", "pipelineExecutionId": "\#(id)",
             "retryMode": "FAILED_ACTIONS"}
            """#)
        try await readAll(id)
    }

    func stopAndUpdate() async throws {
        let state = try await call("GetPipelineState", #"{"name": "full"}"#)
        let id = try #require(state.at("stageStates.1.latestExecution.pipelineExecutionId")?.text)
        try await call(
            "StopPipelineExecution",
            #"{"pipelineName": "full", "pipelineExecutionId": "\#(id)", "abandon": true, "reason": "enough"}"#)
        try await readAll(id)
        let update = try await room.call("UpdatePipeline", .structure(["pipeline": try Pipelines.full()]))
        _ = try await check("UpdatePipeline", update)
        try await readAll(id)
        try await call("DeletePipeline", #"{"name": "full"}"#)
    }

    // MARK: A pipeline with gates

    private func declareGated() async throws {
        let pipeline = try Pipelines.gated()
            .setting("executionMode", to: .string("QUEUED"))
            .setting("stages.0.actions.0.actionTypeId.provider", to: .string("CodeStarSourceConnection"))
            .setting(
                "stages.0.actions.0.configuration", to: Pipelines.triggered().at("stages.0.actions.0.configuration")
            )
            .setting("triggers", to: Pipelines.triggered()["triggers"])
            .setting(
                "stages.1.onFailure",
                to: document(#"{"result": "RETRY", "retryConfiguration": {"retryMode": "ALL_ACTIONS"}}"#)
            )
            .setting("stages.2.onFailure", to: Pipelines.condition("ROLLBACK", Pipelines.rule("Never", "Probe")))
        _ = try await check(
            "CreatePipeline",
            try await room.call(
                "CreatePipeline",
                .structure(["pipeline": pipeline, "tags": document(#"[{"key": "team", "value": "a"}]"#)])))
    }

    private func transition(_ operation: String, _ more: String = "") async throws {
        try await call(
            operation, #"{"pipelineName": "gated", "stageName": "Build", "transitionType": "Inbound"\#(more)}"#)
    }

    /// One pass of the execution that is at work.
    private func pass(_ gate: RuleName) async throws {
        try await room.reportRule(gate, of: "gated") {
            .rulePending(
                $0,
                ActionContinuation(
                    token: "t", pollAgainIn: 1, summary: "waiting", externalExecutionID: "w:1",
                    externalExecutionURL: "https://example.com/w"))
        }
        try await room.reportRule(gate, of: "gated") { .ruleSucceeded($0, RuleResult(summary: "open")) }
    }

    private func failRule(_ rule: RuleName) async throws {
        try await room.reportRule(rule, of: "gated") {
            .ruleFailed($0, FailureDetails(.jobFailed, "not met", externalExecutionID: "p:1"))
        }
    }

    private func override(_ execution: String, _ type: String) async throws {
        try await call(
            "OverrideStageCondition",
            #"""
            {"pipelineName": "gated", "stageName": "Build", "pipelineExecutionId": "\#(execution)",
             "conditionType": "\#(type)"}
            """#)
    }

    func gatesAndRollback() async throws {
        try await declareGated()
        let first = try #require(try await room.executions("gated").first)
        try await transition("DisableStageTransition", #", "reason": "a freeze (until Monday)""#)
        try await room.fetch("gated")
        try await readAll(first, of: "gated")
        try await transition("EnableStageTransition")
        try await readAll(first, of: "gated")
        try await failRule("Window")
        try await readAll(first, of: "gated")
        try await failRule("Window")
        try await readAll(first, of: "gated")
        try await override(first, "BEFORE_ENTRY")
        try await room.build("gated")
        try await readAll(first, of: "gated")
        try await pass("Look")
        try await readAll(first, of: "gated")
        try await room.report("Publish", of: "gated") { .actionFailed($0, FailureDetails(.jobFailed, "no")) }
        try await readAll(first, of: "gated")
        try await failRule("Never")
        try await readAll(first, of: "gated")
        let rolledBack = try await call(
            "RollbackStage",
            #"{"pipelineName": "gated", "stageName": "Build", "targetPipelineExecutionId": "\#(first)"}"#)
        try await readAll(try #require(rolledBack["pipelineExecutionId"]?.text), of: "gated")
    }

    func webhooks() async throws {
        try await room.create(try Pipelines.withSecret("t0ken", name: "hooked"))
        let filter = #"{"jsonPath": "$.ref", "matchEquals": "refs/heads/{Branch}"}"#
        let head = #""targetPipeline": "hooked", "targetAction": "Fetch", "filters": [\#(filter)]"#
        try await call(
            "PutWebhook",
            #"""
            {"webhook": {"name": "broken", \#(head), "authentication": "GITHUB_HMAC",
             "authenticationConfiguration": {"SecretToken": "hush"}}, "tags": [{"key": "team", "value": "a"}]}
            """#)
        try await call(
            "PutWebhook",
            #"""
            {"webhook": {"name": "office", \#(head), "authentication": "IP",
             "authenticationConfiguration": {"AllowedIPRange": "192.0.2.0/24"}}}
            """#)
        try await call("RegisterWebhookWithThirdParty", #"{"webhookName": "broken"}"#)
        let entry = RegistryEntry(kind: .webhookTrigger, name: "office", record: Data("{}".utf8))
        try await room.registry.change(registry: [.put(entry)])
        try await call("ListWebhooks", #"{"MaxResults": 1}"#)
        try await call("ListWebhooks", "{}")
        try await call("DeregisterWebhookWithThirdParty", #"{"webhookName": "broken"}"#)
        try await call("DeleteWebhook", #"{"name": "broken"}"#)
    }

    func tagsAndTypes() async throws {
        try await call(
            "PutActionRevision",
            #"""
            {"pipelineName": "gated", "stageName": "Source", "actionName": "Fetch",
             "actionRevision": {"revisionId": "r2", "revisionChangeId": "c", "created": 1700000000.5}}
            """#)
        _ = try await room.ledger.perform(.disablePolling, on: "gated")
        try await call("GetPipeline", #"{"name": "gated"}"#)
        let arn = #""resourceArn": "arn:aws:codepipeline:us-east-1:000000000000:gated""#
        try await call("TagResource", #"{\#(arn), "tags": [{"key": "stage", "value": ""}]}"#)
        try await call("ListTagsForResource", #"{\#(arn), "maxResults": 1}"#)
        try await call("UntagResource", #"{\#(arn), "tagKeys": ["team", "none"]}"#)
        try await call("ListTagsForResource", "{\(arn)}")
        try await call("ListActionTypes", "{}")
        try await call("ListRuleTypes", "{}")
        try await call("DeletePipeline", #"{"name": "gated"}"#)
    }
}
