import Foundation
import Testing

/// Every operation's answers and errors, walked against botocore's model.
///
/// The walk is in `Python/sdk.py`: an unknown member, a wrong JSON type, a missing required member or an error that
/// the operation doesn't declare is an issue of the test. All other tests call through it too.
@Suite(.serialized) struct WireModelTests {
    static let operations = [
        "CreatePipeline", "GetPipeline", "UpdatePipeline", "DeletePipeline", "ListPipelines",
        "StartPipelineExecution", "StopPipelineExecution", "GetPipelineState", "GetPipelineExecution",
        "ListPipelineExecutions", "ListActionExecutions", "PutApprovalResult", "RetryStageExecution",
        "EnableStageTransition", "DisableStageTransition", "RollbackStage", "OverrideStageCondition",
        "ListRuleExecutions", "ListRuleTypes", "ListActionTypes", "PutActionRevision", "TagResource", "UntagResource",
        "ListTagsForResource", "CreateCustomActionType", "DeleteCustomActionType", "PollForJobs", "AcknowledgeJob",
        "GetJobDetails", "PutJobSuccessResult", "PutJobFailureResult",
    ]

    @Test func `the answers of all operations agree with the model`() async throws {
        let corridor = try await Corridor.open(files: Steps.files)
        let sdk = try await corridor.sdk()
        var answered: Set<String> = []
        func call(_ operation: String, _ parameters: JSON = [:]) async throws -> JSON {
            answered.insert(operation)
            return try await sdk(operation, parameters)
        }
        var definition = Definition(
            "model", artifacts: corridor.artifacts,
            stages: [
                Definition.source, Definition.build(buildspec: "buildspec-fails.yml"), Definition.approval,
                Definition.deploy(to: corridor.site),
            ]
        ).json
        definition["variables"] = [["name": "LEVEL", "defaultValue": "one", "description": "how much"]]
        _ = try await call("CreatePipeline", ["pipeline": definition])
        definition = try await call("GetPipeline", ["name": "model"])["pipeline"]
        #expect(
            try await call("GetPipeline", ["name": "model", "version": 1])["metadata"]["pipelineArn"].string != nil)
        let first = try await sdk.endOfNewest(of: "model", count: 1)
        #expect(first["status"] == "Failed")
        _ = try await call("GetPipelineState", ["name": "model"])
        let id: JSON = first["pipelineExecutionId"]
        _ = try await call("GetPipelineExecution", ["pipelineName": "model", "pipelineExecutionId": id])
        let retried = try await call(
            "RetryStageExecution",
            ["pipelineName": "model", "stageName": "Build", "pipelineExecutionId": id, "retryMode": "FAILED_ACTIONS"])
        #expect(retried["pipelineExecutionId"] == id)
        _ = try await sdk.end(of: id.string ?? "", of: "model")
        definition["stages"] = .array([Definition.source, Definition.build(), Definition.approval])
        let updated = try await call("UpdatePipeline", ["pipeline": definition])
        #expect(updated["pipeline"]["version"] == 2)
        let started = try await call(
            "StartPipelineExecution",
            [
                "name": "model", "variables": [["name": "LEVEL", "value": "two"]],
                "clientRequestToken": "d0c9a4a1-0a8a-4f4e-a0f3-1f2d3c4b5a69",
            ])
        let token = try await Steps.approvalToken(sdk, "model")
        _ = try await call("ListActionExecutions", ["pipelineName": "model"])
        let approved = try await call(
            "PutApprovalResult",
            [
                "pipelineName": "model", "stageName": "Review", "actionName": "Ask", "token": .string(token),
                "result": ["summary": "looks good", "status": "Approved"],
            ])
        #expect(approved["approvedAt"].number != nil)
        #expect(try await sdk.end(of: started["pipelineExecutionId"].string ?? "", of: "model") == "Succeeded")
        let last = try await sdk.start("model")
        _ = try await Steps.approvalToken(sdk, "model")
        let stopped = try await call(
            "StopPipelineExecution",
            ["pipelineName": "model", "pipelineExecutionId": .string(last), "abandon": true, "reason": "a test"])
        #expect(stopped["pipelineExecutionId"].string == last)
        #expect(try await sdk.end(of: last, of: "model") == "Stopped")
        let succeeded = started["pipelineExecutionId"]
        let rollback = try await call(
            "RollbackStage",
            ["pipelineName": "model", "stageName": "Review", "targetPipelineExecutionId": succeeded])
        _ = try await sdk(
            "StopPipelineExecution",
            ["pipelineName": "model", "pipelineExecutionId": rollback["pipelineExecutionId"], "abandon": true])
        let gate: JSON = ["pipelineName": "model", "stageName": "Review", "transitionType": "Inbound"]
        var shut = gate
        shut["reason"] = "a test"
        _ = try await call("DisableStageTransition", shut)
        _ = try await call("GetPipelineState", ["name": "model"])
        _ = try await call("EnableStageTransition", gate)
        _ = try await call(
            "PutActionRevision",
            [
                "pipelineName": "model", "stageName": "Source", "actionName": "Repository",
                "actionRevision": ["revisionId": "0", "revisionChangeId": "1", "created": 1_700_000_000],
            ])
        let arn: JSON = "arn:aws:codepipeline:us-east-1:000000000000:model"
        _ = try await call("TagResource", ["resourceArn": arn, "tags": [["key": "team", "value": "web"]]])
        _ = try await call("ListTagsForResource", ["resourceArn": arn])
        _ = try await call("UntagResource", ["resourceArn": arn, "tagKeys": ["team"]])
        _ = try await call("ListActionTypes")
        _ = try await call("ListRuleTypes")
        try await gates(corridor, sdk, call)
        try await jobs(corridor, call)
        _ = try await call("ListPipelines")
        _ = try await call("ListPipelineExecutions", ["pipelineName": "model"])
        _ = try await call("ListActionExecutions", ["pipelineName": "model"])
        _ = try await call("GetPipelineState", ["name": "model"])
        _ = try await call("DeletePipeline", ["name": "model"])
        #expect(answered == Set(Self.operations))
        try await Self.checkErrors(sdk, corridor)
    }

    /// An action that a job worker does: it goes on once, then fails.
    private func jobs(_ corridor: Corridor, _ call: (String, JSON) async throws -> JSON) async throws {
        let type: JSON = ["category": "Build", "provider": "Probe", "version": "1"]
        var definition = type
        definition["inputArtifactDetails"] = ["minimumCount": 0, "maximumCount": 1]
        definition["outputArtifactDetails"] = ["minimumCount": 0, "maximumCount": 0]
        definition["tags"] = [["key": "team", "value": "web"]]
        _ = try await call("CreateCustomActionType", definition)
        let build = Definition.stage("Build", Definition.action("Probe", "Build", "Probe", owner: "Custom"))
        _ = try await call(
            "CreatePipeline",
            ["pipeline": Definition("jobs", artifacts: corridor.artifacts, stages: [Definition.source, build]).json])
        let polled: JSON = ["category": "Build", "owner": "Custom", "provider": "Probe", "version": "1"]
        for result in ["PutJobSuccessResult", "PutJobFailureResult"] {
            let job: JSON = try await waiting(for: "a job") {
                try await call("PollForJobs", ["actionTypeId": polled])["jobs"].items.first
            }
            _ = try await call("AcknowledgeJob", ["jobId": job["id"], "nonce": job["nonce"]])
            _ = try await call("GetJobDetails", ["jobId": job["id"]])
            let words: JSON =
                result == "PutJobSuccessResult"
                ? ["jobId": job["id"], "continuationToken": "t"]
                : ["jobId": job["id"], "failureDetails": ["type": "JobFailed", "message": "m"]]
            _ = try await call(result, words)
        }
        _ = try await call("DeleteCustomActionType", type)
    }

    /// What job workers are refused with.
    private static var jobCases: [(String, JSON, String)] {
        let nobody: JSON = "00000000-0000-0000-0000-000000000000"
        let custom: JSON = ["category": "Build", "owner": "Custom", "provider": "None", "version": "1"]
        var external = custom
        external["owner"] = "ThirdParty"
        let counts: JSON = ["minimumCount": 0, "maximumCount": 0]
        return [
            ("PollForJobs", [:], "ValidationException"),
            ("PollForJobs", ["actionTypeId": custom], "ActionTypeNotFoundException"),
            ("PollForJobs", ["actionTypeId": external], "ValidationException"),
            ("AcknowledgeJob", ["jobId": nobody, "nonce": "n"], "JobNotFoundException"),
            ("AcknowledgeJob", ["jobId": "x", "nonce": "n"], "ValidationException"),
            ("GetJobDetails", ["jobId": nobody], "JobNotFoundException"),
            ("PutJobSuccessResult", ["jobId": nobody], "JobNotFoundException"),
            (
                "PutJobFailureResult",
                ["jobId": nobody, "failureDetails": ["type": "JobFailed", "message": "m"]], "JobNotFoundException"
            ),
            ("CreateCustomActionType", ["category": "Build"], "ValidationException"),
            ("GetActionType", external, "ActionTypeNotFoundException"),
            ("GetActionType", custom, "ValidationException"),
            (
                "UpdateActionType",
                [
                    "actionType": [
                        "id": external, "executor": ["type": "JobWorker", "configuration": [:]],
                        "inputArtifactDetails": counts, "outputArtifactDetails": counts,
                    ]
                ], "ActionTypeNotFoundException"
            ),
        ]
    }

    /// A gate that waits, shown, overridden and listed.
    private func gates(
        _ corridor: Corridor, _ sdk: SDK, _ call: (String, JSON) async throws -> JSON
    ) async throws {
        var review = Definition.approval
        review["beforeEntry"] = Walk.gate("Opening", "FAIL", value: "shut")
        try await sdk.create(
            Definition("gated", artifacts: corridor.artifacts, stages: [Definition.source, review]))
        let failed = try await sdk.endOfNewest(of: "gated", count: 1)
        #expect(failed["status"] == "Failed")
        _ = try await call("GetPipelineState", ["name": "gated"])
        _ = try await call(
            "OverrideStageCondition",
            [
                "pipelineName": "gated", "stageName": "Review",
                "pipelineExecutionId": failed["pipelineExecutionId"], "conditionType": "BEFORE_ENTRY",
            ])
        let rules = try await call("ListRuleExecutions", ["pipelineName": "gated"])
        #expect(rules["ruleExecutionDetails"].items.count == 1)
        _ = try await call("GetPipeline", ["name": "gated"])
    }

    private static let nowhere: JSON = "11111111-2222-4333-8444-555555555555"

    private static func checkErrors(_ sdk: SDK, _ corridor: Corridor) async throws {
        var structure = corridor.website("bad").json
        structure["stages"] = .array([Definition.source])
        let good = Definition("good", artifacts: corridor.artifacts, stages: [Definition.source, Definition.approval])
        try await sdk.create(good)
        let approval: JSON = [
            "pipelineName": "good", "stageName": "Review", "actionName": "Ask", "token": nowhere,
            "result": ["summary": "", "status": "Approved"],
        ]
        let pipeline: JSON = ["pipelineName": "good", "pipelineExecutionId": nowhere]
        let cases: [(operation: String, parameters: JSON, code: String)] =
            [
                ("CreatePipeline", ["pipeline": good.json], "PipelineNameInUseException"),
                ("CreatePipeline", ["pipeline": structure], "InvalidStructureException"),
                ("CreatePipeline", [:], "ValidationException"),
                ("CreatePipeline", ["pipeline": ["name": 7]], "SerializationException"),
                ("GetPipeline", ["name": "none"], "PipelineNotFoundException"),
                ("GetPipeline", ["name": "good", "version": 9], "PipelineVersionNotFoundException"),
                ("GetPipeline", ["name": "no such name!"], "ValidationException"),
                ("UpdatePipeline", ["pipeline": structure], "InvalidStructureException"),
                ("StartPipelineExecution", ["name": "none"], "PipelineNotFoundException"),
                ("StopPipelineExecution", pipeline, "PipelineExecutionNotStoppableException"),
                ("GetPipelineState", ["name": "none"], "PipelineNotFoundException"),
                ("GetPipelineExecution", pipeline, "PipelineExecutionNotFoundException"),
                ("ListPipelineExecutions", ["pipelineName": "none"], "PipelineNotFoundException"),
                (
                    "ListPipelineExecutions", ["pipelineName": "good", "nextToken": "not one of ours"],
                    "InvalidNextTokenException"
                ),
                ("ListPipelines", ["maxResults": 0], "ValidationException"),
                ("ListActionExecutions", ["pipelineName": "none"], "PipelineNotFoundException"),
                ("PutApprovalResult", approval, "InvalidApprovalTokenException"),
                ("PutApprovalResult", ["pipelineName": "none"], "ValidationException"),
                (
                    "RetryStageExecution",
                    [
                        "pipelineName": "good", "stageName": "None", "pipelineExecutionId": nowhere,
                        "retryMode": "FAILED_ACTIONS",
                    ], "StageNotFoundException"
                ),
                ("ListWebhooks", ["NextToken": "x"], "InvalidNextTokenException"),
                ("PollForThirdPartyJobs", [:], "UnknownOperationException"),
            ] + jobCases
        for (operation, parameters, code) in cases {
            let answer = try await sdk.answer(operation, parameters)
            #expect(answer.error == code, "\(operation) \(parameters): \(answer.output)")
            #expect(answer.status == 400)
        }
        var stranger = sdk
        stranger.accessKey = "PSTKAAAAAAAAAAAAAAAA"
        #expect(try await stranger.answer("ListPipelines").error == "UnrecognizedClientException")
        stranger = sdk
        stranger.secretKey += "x"
        #expect(try await stranger.answer("ListPipelines").error == "InvalidSignatureException")
        // STS speaks AWS Query, whose services call it otherwise.
        #expect(try await stranger.answer("GetCallerIdentity", service: "sts").error == "SignatureDoesNotMatch")
    }
}
