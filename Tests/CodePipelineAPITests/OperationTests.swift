import CodePipelineAPI
import Foundation
import PipelineEngine
import PipelineModel
import Testing

@Suite("Operations")
struct OperationTests {
    private let room = Room()
    private static let withoutPipeline = [
        "CreatePipeline", "ListPipelines", "ListActionTypes", "ListRuleTypes", "CreateCustomActionType",
        "DeleteCustomActionType", "GetActionType", "UpdateActionType", "PollForJobs", "AcknowledgeJob", "GetJobDetails",
        "PutJobSuccessResult", "PutJobFailureResult",
        "PutWebhook", "ListWebhooks", "DeleteWebhook", "RegisterWebhookWithThirdParty",
        "DeregisterWebhookWithThirdParty",
    ]
    private static let nobody = "00000000-0000-0000-0000-000000000000"

    private func create(_ pipeline: Document) async throws -> Document {
        try await room.call("CreatePipeline", .structure(["pipeline": pipeline]))
    }

    @Test func `the table holds thirty-eight operations and no other`() async throws {
        #expect(CodePipelineOperations.names.count == 38)
        #expect(CodePipelineOperations.names == CodePipelineOperations.names.sorted())
        #expect(try await room.refusal("PollForThirdPartyJobs", "{}").code == "UnknownOperationException")
        #expect(room.operations.inputShape(of: "PollForThirdPartyJobs") == nil)
    }

    @Test func `a creation fills in the defaults and starts an execution`() async throws {
        let answer = try await create(Pipelines.small())
        #expect(answer.at("pipeline.executionMode") == .string("SUPERSEDED"))
        #expect(answer.at("pipeline.pipelineType") == .string("V1"))
        let action = try #require(answer.at("pipeline.stages.0.actions.0"))
        #expect(action["runOrder"] == .integer(1) && action["inputArtifacts"] == .list([]))
        let listed = try await room.call("ListPipelineExecutions", #"{"pipelineName": "small"}"#)
        #expect(
            listed.at("pipelineExecutionSummaries.0.trigger")
                == (try document(
                    #"{"triggerType": "CreatePipeline", "triggerDetail": "arn:aws:iam::000000000000:user/ada"}"#)))
    }

    @Test func `a name in use, a full account and tags are refused`() async throws {
        _ = try await create(Pipelines.small())
        let taken = try await room.refusal("CreatePipeline", .structure(["pipeline": try Pipelines.small()]))
        #expect(
            taken
                == APIError(
                    "PipelineNameInUseException",
                    "A pipeline with the name 'small' already exists in account '000000000000'"))
        var settings = APISettings()
        settings.pipelines = 0
        let full = try await Room(settings: settings)
            .refusal("CreatePipeline", .structure(["pipeline": try Pipelines.small()]))
        #expect(full.code == "LimitExceededException")
    }

    @Test(arguments: [
        (
            #"[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]"#, "InvalidTagsException",
            "The tag key 'a' is given more than once"
        ),
        (#"[{"key": "aws:x", "value": ""}]"#, "InvalidTagsException", "Not allowed to modify system tags."),
        (
            "[\((0...50).map { #"{"key": "k\#($0)", "value": ""}"# }.joined(separator: ","))]", "TooManyTagsException",
            "Tag limit exceeded for resource [arn:aws:codepipeline:us-east-1:000000000000:small]."
        ),
    ])
    func `tags that can't be are refused at creation`(tags: String, code: String, message: String) async throws {
        let refusal = try await room.refusal(
            "CreatePipeline", .structure(["pipeline": try Pipelines.small(), "tags": document(tags)]))
        #expect(refusal.code == code)
        #expect(refusal.message.hasPrefix(message))
    }

    @Test func `no tags are no fault`() async throws {
        try await room.call("CreatePipeline", .structure(["pipeline": try Pipelines.small(), "tags": .list([])]))
    }

    @Test func `earlier versions can be read, later ones not`() async throws {
        _ = try await create(Pipelines.small())
        let changed = try Pipelines.small().setting("stages.2.name", to: .string("Ship"))
        try await room.call("UpdatePipeline", .structure(["pipeline": changed]))
        let first = try await room.call("GetPipeline", #"{"name": "small", "version": 1}"#)
        #expect(first.at("pipeline.stages.2.name") == .string("Deploy"))
        #expect(first.at("metadata.pipelineArn") == .string("arn:aws:codepipeline:us-east-1:000000000000:small"))
        let now = try await room.call("GetPipeline", #"{"name": "small"}"#)
        #expect(now.at("pipeline.stages.2.name") == .string("Ship"))
        let third = try await room.refusal("GetPipeline", #"{"name": "small", "version": 3}"#)
        #expect(third.code == "PipelineVersionNotFoundException")
    }

    @Test(arguments: CodePipelineOperations.names.filter { !withoutPipeline.contains($0) })
    func `a pipeline that isn't there is named`(operation: String) async throws {
        let id = Self.nobody
        var input = try document(
            #"""
            {"name": "small", "pipelineName": "small", "stageName": "S", "actionName": "A", "token": "\#(id)",
             "pipelineExecutionId": "\#(id)", "targetPipelineExecutionId": "\#(id)", "retryMode": "ALL_ACTIONS",
             "transitionType": "Inbound", "reason": "r", "conditionType": "ON_SUCCESS",
             "actionRevision": {"revisionId": "r", "revisionChangeId": "c", "created": 1.5},
             "resourceArn": "arn:aws:codepipeline:us-east-1:000000000000:small", "tags": [], "tagKeys": [],
             "result": {"status": "Approved", "summary": ""}}
            """#)
        input = input.setting("pipeline", to: try Pipelines.small())
        guard operation != "DeletePipeline" else {
            #expect(try await room.call(operation, input) == .null)
            return
        }
        guard !operation.contains("Resource") else {
            #expect(try await room.refusal(operation, input).code == "ResourceNotFoundException")
            return
        }
        let expected = "Account '000000000000' does not have a pipeline with name 'small'"
        #expect(try await room.refusal(operation, input) == APIError("PipelineNotFoundException", expected))
    }

    @Test func `a start checks its overrides`() async throws {
        _ = try await create(Pipelines.full())
        _ = try await create(Pipelines.small())
        let size = #""variables": [{"name": "Size", "value": "S"}]"#
        func revision(_ action: String, _ type: String) -> String {
            #""sourceRevisions": [{"actionName": "\#(action)", "revisionType": "\#(type)", "revisionValue": "x"}]"#
        }
        for (input, fragment) in [
            (#"{"name": "small", \#(size)}"#, "Pipeline variables can only be used with V2 pipelines"),
            (#"{"name": "small", \#(revision("Fetch", "COMMIT_ID"))}"#, "Source revision overrides can only"),
            (#"{"name": "full"}"#, "'Size'"),
            (#"{"name": "full", "variables": [{"name": "X", "value": "1"}]}"#, "declares no variable 'X'"),
            (
                #"{"name": "full", "variables": [{"name": "Size", "value": "1"}, {"name": "Size", "value": "2"}]}"#,
                "'Size' is given more than once"
            ),
            (#"{"name": "full", \#(size), \#(revision("Nothing", "COMMIT_ID"))}"#, "no source action with name"),
            (#"{"name": "full", \#(size), \#(revision("Fetch", "COMMIT_ID"))}"#, "can't take a revision of type"),
        ] {
            let refusal = try await room.refusal("StartPipelineExecution", input)
            #expect(refusal.code == "ValidationException")
            #expect(refusal.message.contains(fragment), "\(refusal.message)")
        }
        try await room.call(
            "StartPipelineExecution", #"{"name": "full", \#(size), \#(revision("Fetch", "S3_OBJECT_KEY"))}"#)
    }

    @Test func `an object key can only be overridden where the source allows it`() async throws {
        let pipeline = try Pipelines.full().setting("variables.1", to: nil)
            .setting("stages.0.actions.0.configuration.AllowOverrideForS3ObjectKey", to: nil)
        _ = try await create(pipeline)
        let refusal = try await room.refusal(
            "StartPipelineExecution",
            #"""
            {"name": "full", "sourceRevisions":
             [{"actionName": "Fetch", "revisionType": "S3_OBJECT_KEY", "revisionValue": "x"}]}
            """#)
        #expect(refusal.code == "ValidationException")
        #expect(refusal.message.contains("AllowOverrideForS3ObjectKey"))
    }

    @Test func `the same client token starts once, with another input never`() async throws {
        _ = try await create(Pipelines.full())
        func start(_ size: String) -> String {
            #"{"name": "full", "clientRequestToken": "t-1", "variables": [{"name": "Size", "value": "\#(size)"}]}"#
        }
        let first = try await room.call("StartPipelineExecution", start("S"))
        #expect(try await room.call("StartPipelineExecution", start("S")) == first)
        #expect(try await room.refusal("StartPipelineExecution", start("M")).code == "ConflictException")
    }

    @Test func `an execution that isn't there is refused in each operation's own words`() async throws {
        _ = try await create(Pipelines.small())
        _ = try await create(Pipelines.small("other"))
        let other = try await room.call("ListPipelineExecutions", #"{"pipelineName": "other"}"#)
        let foreign = try #require(other.at("pipelineExecutionSummaries.0.pipelineExecutionId")?.text)
        for id in [Self.nobody, foreign] {
            let input = #""pipelineName": "small", "pipelineExecutionId": "\#(id)""#
            for (operation, json, code) in [
                ("GetPipelineExecution", "{\(input)}", "PipelineExecutionNotFoundException"),
                ("StopPipelineExecution", "{\(input)}", "PipelineExecutionNotStoppableException"),
                (
                    "RetryStageExecution", #"{\#(input), "stageName": "Build", "retryMode": "ALL_ACTIONS"}"#,
                    "NotLatestPipelineExecutionException"
                ),
                (
                    "ListRuleExecutions",
                    #"{"pipelineName": "small", "filter": {"latestInPipelineExecution": {"pipelineExecutionId": "\#(id)", "startTimeRange": "Latest"}}}"#,
                    "PipelineExecutionNotFoundException"
                ),
                (
                    "OverrideStageCondition", #"{\#(input), "stageName": "Build", "conditionType": "BEFORE_ENTRY"}"#,
                    "NotLatestPipelineExecutionException"
                ),
                (
                    "ListActionExecutions",
                    #"{"pipelineName": "small", "filter": {"pipelineExecutionId": "\#(id)"}}"#,
                    "PipelineExecutionNotFoundException"
                ),
            ] {
                #expect(try await room.refusal(operation, json).code == code)
            }
        }
    }

    @Test func `a stop asked for twice is a duplicate`() async throws {
        _ = try await create(Pipelines.small())
        let listed = try await room.call("ListPipelineExecutions", #"{"pipelineName": "small"}"#)
        let id = try #require(listed.at("pipelineExecutionSummaries.0.pipelineExecutionId")?.text)
        let stop = #"{"pipelineName": "small", "pipelineExecutionId": "\#(id)", "reason": "wrong branch"}"#
        let answer = try await room.call("StopPipelineExecution", stop)
        #expect(answer["pipelineExecutionId"] == .string(id))
        #expect(try await room.refusal("StopPipelineExecution", stop).code == "DuplicatedStopRequestException")
        let after = try await room.call("ListPipelineExecutions", #"{"pipelineName": "small"}"#)
        #expect(after.at("pipelineExecutionSummaries.0.stopTrigger.reason") == .string("wrong branch"))
        #expect(after.at("pipelineExecutionSummaries.0.status") == .string("Stopping"))
    }

    @Test func `an approval's answer names what is wrong with it`() async throws {
        _ = try await create(Pipelines.full())
        func answer(_ stage: String, _ action: String) -> String {
            #"""
            {"pipelineName": "full", "stageName": "\#(stage)", "actionName": "\#(action)", "token": "\#(Self.nobody)",
             "result": {"status": "Rejected", "summary": "no"}}
            """#
        }
        #expect(try await room.refusal("PutApprovalResult", answer("X", "Y")).code == "StageNotFoundException")
        #expect(try await room.refusal("PutApprovalResult", answer("Deploy", "Y")).code == "ActionNotFoundException")
        let wrong = try await room.refusal("PutApprovalResult", answer("Deploy", "Confirm"))
        #expect(wrong.code == "InvalidApprovalTokenException")
    }

    @Test(arguments: [
        (LedgerError.storageFailed("disk full"), 503), (.queueFull, 503), (.closed, 503), (.unreadable("row 7"), 500),
    ])
    func `a ledger that can't is told from a wrong request`(failure: LedgerError, status: Int) async throws {
        room.ledger.fail(with: failure)
        for (operation, input) in [("GetPipelineState", #"{"name": "p"}"#), ("DeletePipeline", #"{"name": "p"}"#)] {
            let refusal = try await room.refusal(operation, input)
            #expect(refusal.httpStatus == status)
            #expect(refusal.cause == failure.description)
            #expect(!refusal.message.contains("row") && !refusal.message.contains("disk"))
        }
    }

    @Test func `every refusal of the engine has an AWS name`() async throws {
        let refusals: [CommandRefusal] = [
            .pipelineNotFound, .pipelineNameInUse, .stageNotFound, .actionNotFound, .executionNotFound,
            .executionNotStoppable("r"), .duplicatedStopRequest, .notLatestExecution, .stageNotRetryable("r"),
            .conflict("r"), .invalidApprovalToken, .approvalAlreadyCompleted, .invalidInput("r"),
            .approverRefused("r"), .concurrentExecutionsLimit, .executionOutdated("r"), .unableToRollBack("r"),
            .conditionNotOverridable("r"), .tooManyTags,
        ]
        let model = try ServiceModel.load()
        for refusal in refusals {
            let error = APIError(refusal, about: RefusalSubject(account: "1", pipeline: "p"))
            #expect(model.shapes[error.code] != nil, "\(error.code)")
            #expect(!error.message.isEmpty && error.httpStatus == 400)
        }
    }

    @Test func `whoever starts an execution by hand is its author`() async throws {
        _ = try await create(Pipelines.small())
        let id = try await room.start("small")
        let execution = try await room.ledger.execution(ExecutionID(id))
        #expect(execution?.authors == ["arn:aws:iam::000000000000:user/ada"])
    }

    @Test func `polling that has ended is shown with the declaration`() async throws {
        _ = try await create(Pipelines.small())
        _ = try await room.ledger.perform(.disablePolling, on: "small")
        let shown = try await room.call("GetPipeline", #"{"name": "small"}"#)
        #expect(shown.at("metadata.pollingDisabledAt") == .number(1_700_000_002.25))
        _ = try await room.start("small")
        #expect(try await room.call("GetPipeline", #"{"name": "small"}"#).at("metadata.pollingDisabledAt") == nil)
    }

    @Test func `the fifty-first execution of a queue is refused whoever asks`() async throws {
        _ = try await create(
            Pipelines.small().setting("pipelineType", to: .string("V2"))
                .setting("executionMode", to: .string("QUEUED")))
        for _ in 0..<49 { _ = try await room.start("small") }
        let revision = #"{"revisionId": "r", "revisionChangeId": "c", "created": 1}"#
        for (operation, input) in [
            ("StartPipelineExecution", #"{"name": "small"}"#),
            (
                "PutActionRevision",
                #"{"pipelineName": "small", "stageName": "Source", "actionName": "Fetch", "actionRevision": \#(revision)}"#
            ),
        ] {
            let refusal = try await room.refusal(operation, input)
            #expect(refusal.code == "ConcurrentPipelineExecutionsLimitExceededException")
        }
    }
}
