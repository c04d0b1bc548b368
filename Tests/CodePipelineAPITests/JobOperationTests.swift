import CodePipelineAPI
import PipelineEngine
import PipelineModel
import Testing

@Suite("Job workers' operations")
struct JobOperationTests {
    private let room = Room()
    private static let nobody = "00000000-0000-0000-0000-000000000000"

    private func attempt(_ pipeline: PipelineName = "worked") async throws -> ActionExecution {
        let rows = try await room.ledger.actionExecutions(of: pipeline, execution: nil, before: nil, limit: 9)
        return try #require(rows.first { $0.action.action == "Compile" }?.action)
    }

    @Test func `a poll gives all that a worker needs, secrets in clear`() async throws {
        try await room.makeWorkerType()
        try await room.offered(Room.worked())
        let job = try #require(try await room.poll().first)
        #expect(job["accountId"]?.text == "000000000000")
        let data = try #require(job["data"])
        #expect(
            data["actionConfiguration"]
                == (try document(#"{"configuration": {"Project": "app", "Password": "s3cret"}}"#)))
        #expect(data["actionTypeId"] == (try document(Room.workerType)))
        let attempt = try await attempt()
        #expect(
            data["pipelineContext"]
                == (try document(
                    """
                    {"pipelineName": "worked", "stage": {"name": "Build"},
                     "action": {"name": "Compile", "actionExecutionId": "\(attempt.id)"},
                     "pipelineArn": "arn:aws:codepipeline:us-east-1:000000000000:worked",
                     "pipelineExecutionId": "\(attempt.executionID)"}
                    """)))
        let input = attempt.inputArtifacts[0]
        #expect(data.at("inputArtifacts.0.location.s3Location.objectKey")?.text == input.key)
        #expect(data.at("inputArtifacts.0.location.type")?.text == "S3")
        #expect(data.at("outputArtifacts.0.location.s3Location.objectKey")?.text == attempt.outputArtifacts[0].key)
        #expect(data.at("outputArtifacts.0.name")?.text == "Built")
        #expect(
            data["artifactCredentials"]
                == (try document(#"{"accessKeyId": "AK", "secretAccessKey": "SK", "sessionToken": ""}"#)))
        #expect(data["encryptionKey"] == (try document(#"{"id": "alias/key", "type": "KMS"}"#)))
        #expect(data["continuationToken"] == nil)
        #expect(room.workers.asked == [["artifacts"]])
        let details = try await room.call("GetJobDetails", #"{"jobId": "\#(job["id"]?.text ?? "")"}"#)
        #expect(details.at("jobDetails.data") == data)
        #expect(details.at("jobDetails.accountId")?.text == "000000000000")
    }

    @Test func `everything else than workers' answers shows the mask`() async throws {
        try await room.makeWorkerType()
        try await room.offered(Room.worked())
        for (operation, input) in [
            ("GetPipeline", #"{"name": "worked"}"#), ("ListActionExecutions", #"{"pipelineName": "worked"}"#),
            ("GetPipelineState", #"{"name": "worked"}"#),
        ] {
            let answer = "\(try await room.call(operation, input))"
            #expect(!answer.contains("s3cret"), "\(operation)")
        }
        let shown = try await room.call("GetPipeline", #"{"name": "worked"}"#)
        #expect(shown.at("pipeline.stages.1.actions.0.configuration.Password")?.text == "****")
    }

    @Test func `no key, no credentials`() async throws {
        try await room.makeWorkerType()
        try await room.offered(Room.worked(bucket: "local"))
        let job = try #require(try await room.poll().first)
        #expect(job["data"]?["artifactCredentials"] == nil)
    }

    /// What follows the type in the poll, and the error or the number of jobs.
    @Test(arguments: [
        (#", "queryParam": {"Project": "app"}"#, "1"), (#", "queryParam": {"Project": "other"}"#, "0"),
        ("", "ValidationException"), (#", "queryParam": {}"#, "ValidationException"),
        (#", "queryParam": {"Password": "s3cret"}"#, "ValidationException"),
        (#", "queryParam": {"Project": "a b"}"#, "ValidationException"),
        (#", "queryParam": {"Project": "app", "Quick": "true"}"#, "ValidationException"),
        (#", "queryParam": {"Project": "app"}, "maxBatchSize": 0"#, "ValidationException"),
        (#", "queryParam": {"Project": "app"}, "maxBatchSize": 1000000"#, "1"),
    ])
    func `a poll must carry the queryable property`(more: String, expected: String) async throws {
        try await room.makeWorkerType()
        try await room.offered(Room.worked())
        guard let count = Int(expected) else {
            let input = #"{"actionTypeId": \#(Room.workerType)\#(more)}"#
            #expect(try await room.refusal("PollForJobs", input).code == expected)
            return
        }
        #expect(try await room.poll(more).count == count)
    }

    @Test func `a poll gives one job, unless it asks for more, and no job twice`() async throws {
        try await room.makeWorkerType()
        for name in ["a", "b", "c"] { try await room.offered(Room.worked(name)) }
        #expect(try await room.poll().count == 1)
        #expect(try await room.poll(#", "queryParam": {"Project": "app"}, "maxBatchSize": 5"#).count == 2)
        #expect(try await room.poll().isEmpty)
    }

    @Test func `types without a queryable property, unknown, deleted and others' types`() async throws {
        try await room.call(
            "CreateCustomActionType",
            """
            {"category": "Test", "provider": "Plain", "version": "1",
             "inputArtifactDetails": {"minimumCount": 0, "maximumCount": 2},
             "outputArtifactDetails": {"minimumCount": 0, "maximumCount": 1}}
            """)
        func poll(_ category: String, _ owner: String, _ provider: String, _ more: String = "") -> String {
            """
            {"actionTypeId": {"category": "\(category)", "owner": "\(owner)", "provider": "\(provider)",
             "version": "1"}\(more)}
            """
        }
        #expect(try await room.call("PollForJobs", poll("Test", "Custom", "Plain"))["jobs"] == .list([]))
        let asked = poll("Test", "Custom", "Plain", #", "queryParam": {"A": "b"}"#)
        #expect(try await room.refusal("PollForJobs", asked).code == "ValidationException")
        let unknown = try await room.refusal("PollForJobs", poll("Test", "Custom", "Nobody"))
        #expect(unknown.code == "ActionTypeNotFoundException" && unknown.message.contains("Nobody"))
        #expect(try await room.refusal("PollForJobs", poll("Build", "AWS", "CodeBuild")).code == "ValidationException")
        try await room.call(
            "DeleteCustomActionType", #"{"category": "Test", "provider": "Plain", "version": "1"}"#)
        let deleted = try await room.refusal("PollForJobs", poll("Test", "Custom", "Plain"))
        #expect(deleted.code == "ActionTypeNotFoundException")
    }

    @Test func `success ends the action with its variables, revision, words and link`() async throws {
        try await room.makeWorkerType()
        try await room.offered(
            Room.worked().setting("stages.1.actions.0.outputArtifacts", to: .list([]))
                .setting("stages.2.actions.0.inputArtifacts.0.name", to: .string("App")))
        let id = try await room.takenJob()
        let answer = try await room.call(
            "PutJobSuccessResult",
            """
            {"jobId": "\(id)", "outputVariables": {"TAG": "1", "a@b": ""},
             "currentRevision": {"revision": "r9", "changeIdentifier": "c", "created": 1700000000.5,
                                 "revisionSummary": "words"},
             "executionDetails": {"summary": "Finished", "externalExecutionId": "job 7?", "percentComplete": 100}}
            """)
        #expect(answer == .null)
        let attempt = try await attempt()
        #expect(attempt.status == .succeeded && attempt.summary == "Finished")
        #expect(attempt.outputVariables == ["TAG": "1", "a@b": ""])
        #expect(attempt.externalExecutionURL == "https://ci.example/app/job%207%3F")
        let execution = try #require(try await room.ledger.execution(attempt.executionID))
        #expect(!execution.sourceRevisions.contains { $0.revisionID == "r9" }, "a build is no source")
        let shown = try await room.call("GetPipelineState", #"{"name": "worked"}"#)
        #expect(shown.at("stageStates.1.actionStates.0.entityUrl")?.text == "https://ci.example/app")
    }

    @Test func `a source's worker sets the revision of the execution`() async throws {
        let source = #"{"category": "Source", "provider": "Inbox", "version": "1"}"#
        let counts = #"{"minimumCount": 0, "maximumCount": 1}"#
        try await room.call(
            "CreateCustomActionType",
            document(source).setting("inputArtifactDetails", to: document(counts))
                .setting("outputArtifactDetails", to: document(counts)))
        let type = try document(source).setting("owner", to: .string("Custom"))
        try await room.create(
            Pipelines.small("fed").setting("stages.0.actions.0.actionTypeId", to: type)
                .setting("stages.0.actions.0.configuration", to: nil))
        try await room.offer("fed")
        let job = try #require(
            try await room.call("PollForJobs", .structure(["actionTypeId": type]))["jobs"]?.items.first)
        let id = try #require(job["id"]?.text)
        try await room.call("AcknowledgeJob", #"{"jobId": "\#(id)", "nonce": "\#(job["nonce"]?.text ?? "")"}"#)
        try await room.call(
            "PutJobSuccessResult",
            """
            {"jobId": "\(id)", "currentRevision":
             {"revision": "r9", "changeIdentifier": "c", "created": 1700000000.5, "revisionSummary": "words"}}
            """)
        let collected = try await room.ledger.claim(limit: 9, worker: WorkerID("w"), lease: 60)
        guard case .collectOutputs(let work)? = collected.first?.effect.kind else {
            Issue.record("\(collected)")
            return
        }
        #expect(
            work.result.revision
                == SourceRevision(
                    actionName: "Fetch", revisionID: "r9", summary: "words", changeIdentifier: "c",
                    created: 1_700_000_000.5))
    }

    @Test func `a continuation shows progress, and the next job carries its token`() async throws {
        try await room.makeWorkerType()
        try await room.offered(Room.worked())
        let first = try await room.takenJob()
        let progress = """
            {"jobId": "\(first)", "continuationToken": "at 40",
             "executionDetails": {"summary": "half way", "externalExecutionId": "7", "percentComplete": 40}}
            """
        try await room.call("PutJobSuccessResult", progress)
        let shown = try await room.call("GetPipelineState", #"{"name": "worked"}"#)
        let state = shown.at("stageStates.1.actionStates.0.latestExecution")
        #expect(state?["status"]?.text == "InProgress" && state?["percentComplete"] == .integer(40))
        #expect(state?["externalExecutionUrl"]?.text == "https://ci.example/app/7")
        try await room.offer("worked")
        let next = try #require(try await room.poll().first)
        #expect(next["id"]?.text != first && next["data"]?["continuationToken"]?.text == "at 40")
        #expect(try await room.refusal("PutJobSuccessResult", progress).code == "InvalidJobStateException")
        let gone = try await room.refusal("GetJobDetails", #"{"jobId": "\#(first)"}"#)
        #expect(gone.code == "JobNotFoundException")
    }

    @Test func `a failure fails the action under the worker's type`() async throws {
        try await room.makeWorkerType()
        try await room.offered(Room.worked())
        let id = try await room.takenJob()
        let failure = """
            {"jobId": "\(id)", "failureDetails":
             {"type": "RevisionOutOfSync", "message": "it moved", "externalExecutionId": "8"}}
            """
        #expect(try await room.call("PutJobFailureResult", failure) == .null)
        let attempt = try await attempt()
        #expect(attempt.status == .failed && attempt.failure?.type == .revisionOutOfSync)
        #expect(attempt.failure?.externalExecutionURL == "https://ci.example/app/8")
        #expect(try await room.refusal("PutJobFailureResult", failure).code == "InvalidJobStateException")
    }

    @Test func `each operation refuses a job that isn't there`() async throws {
        for (operation, more) in [
            ("AcknowledgeJob", #", "nonce": "n""#), ("GetJobDetails", ""), ("PutJobSuccessResult", ""),
            ("PutJobFailureResult", #", "failureDetails": {"type": "JobFailed", "message": "m"}"#),
        ] {
            let refusal = try await room.refusal(operation, #"{"jobId": "\#(Self.nobody)"\#(more)}"#)
            #expect(refusal.code == "JobNotFoundException", "\(operation)")
            let misshapen = try await room.refusal(operation, #"{"jobId": "x"\#(more)}"#)
            #expect(misshapen.code == "ValidationException", "\(operation)")
        }
    }

    @Test func `results need an acknowledged job, and an acknowledgement the right nonce`() async throws {
        try await room.makeWorkerType()
        try await room.offered(Room.worked())
        let job = try #require(try await room.poll().first)
        let id = try #require(job["id"]?.text)
        let success = try await room.refusal("PutJobSuccessResult", #"{"jobId": "\#(id)"}"#)
        #expect(success.code == "InvalidJobStateException")
        let wrong = try await room.refusal("AcknowledgeJob", #"{"jobId": "\#(id)", "nonce": "x"}"#)
        #expect(wrong.code == "InvalidNonceException")
    }

    @Test func `a job whose action was given up says so`() async throws {
        try await room.makeWorkerType()
        try await room.offered(Room.worked())
        let id = try await room.takenJob()
        let execution = try await attempt().executionID
        _ = try await room.ledger.perform(.stop(execution, mode: .abandon, reason: nil), on: "worked")
        let late = try await room.refusal("PutJobSuccessResult", #"{"jobId": "\#(id)"}"#)
        #expect(late.code == "InvalidJobStateException" && late.message.contains("stopped"))
        let answer = try await room.call("AcknowledgeJob", #"{"jobId": "\#(id)", "nonce": "x"}"#)
        #expect(answer["status"]?.text == "Failed")
    }

    @Test func `variables have limits`() async throws {
        try await room.makeWorkerType()
        try await room.offered(Room.worked())
        let id = try await room.takenJob()
        func put(_ more: String) async throws -> String {
            try await room.refusal("PutJobSuccessResult", #"{"jobId": "\#(id)", \#(more)}"#).code
        }
        #expect(
            try await put(#""continuationToken": "t", "outputVariables": {"A": "1"}"#) == "ValidationException")
        let large = String(repeating: "x", count: 122_880)
        #expect(try await put(#""outputVariables": {"A": "\#(large)"}"#) == "OutputVariablesSizeExceededException")
        #expect(try await put(#""outputVariables": {"A B": "1"}"#) == "ValidationException")
        #expect(try await attempt().status == .inProgress)
    }

    @Test func `a ledger that can't commit is unavailable`() async throws {
        try await room.makeWorkerType()
        room.ledger.fail(with: .storageFailed("disk full"))
        let poll = #"{"actionTypeId": \#(Room.workerType), "queryParam": {"Project": "app"}}"#
        let one = #"{"jobId": "\#(Self.nobody)", "nonce": "n"}"#
        for (operation, input) in [
            ("PollForJobs", poll), ("AcknowledgeJob", one), ("GetJobDetails", one), ("PutJobSuccessResult", one),
            ("CreateCustomActionType", Room.workerDefinition), ("DeleteCustomActionType", Room.workerDefinition),
            ("ListActionTypes", "{}"),
        ] { #expect(try await room.refusal(operation, input).httpStatus == 503, "\(operation)") }
    }
}
