import CodePipelineAPI
import PipelineEngine
import PipelineModel
import Testing

@Suite("Custom action types")
struct CustomActionTypeTests {
    private let room = Room()

    private func definition() throws -> Document { try document(Room.workerDefinition) }

    private func create(_ definition: Document) async throws -> Document {
        try await room.call("CreateCustomActionType", definition)
    }

    private func listed() async throws -> [Document] {
        try await room.call("ListActionTypes", #"{"actionOwnerFilter": "Custom"}"#)["actionTypes"]?.items ?? []
    }

    @Test func `what was made is answered and listed as it was said`() async throws {
        let tags = try document(#"[{"key": "team", "value": "a"}]"#)
        let answer = try await create(definition().setting("tags", to: tags))
        #expect(answer["tags"] == tags)
        let type = try #require(answer["actionType"])
        #expect(type["id"] == (try document(Room.workerType)))
        #expect(type["settings"] == (try definition()["settings"]))
        #expect(type.at("actionConfigurationProperties.0") == (try definition().at("configurationProperties.0")))
        #expect(type.at("actionConfigurationProperties.1.secret") == .bool(true))
        #expect(type["inputArtifactDetails"] == (try definition()["inputArtifactDetails"]))
        #expect(try await listed().contains(type))
    }

    /// Where the definition is changed, to what, and a piece of the message.
    @Test(arguments: [
        ("inputArtifactDetails.minimumCount", "3", "Maximum Number of Artifacts (2) has to be greater than or equal"),
        (
            "configurationProperties.2.queryable", "true",
            "Multiple queryable configuration properties found with names 'Project, Attempts'."
        ),
        ("configurationProperties.0.required", "false", "Invalid queryable property 'Project'."),
        ("configurationProperties.0.secret", "true", "Invalid queryable property 'Project'."),
        ("configurationProperties.1.name", #""Project""#, "Multiple configuration properties found with name"),
        ("settings.entityUrlTemplate", #""https://x/{Config:Password}""#, "{Config:Password}"),
        ("settings.revisionUrlTemplate", #""https://x/{Config:Nothing}""#, "{Config:Nothing}"),
        ("outputArtifactDetails.maximumCount", "6", "less than or equal to 5"),
        ("provider", #""a b""#, "regular expression"), ("version", #""1234567890""#, "less than or equal to 9"),
    ])
    func `a definition that can't be is refused`(place: String, value: String, message: String) async throws {
        let wrong = try definition().setting(place, to: document(value))
        let refusal = try await room.refusal("CreateCustomActionType", wrong)
        #expect(refusal.code == "ValidationException")
        #expect(refusal.message.contains(message), "\(refusal.message)")
        #expect(try await listed().count { $0.at("id.provider")?.text == "Worker" } == 0)
    }

    @Test func `a deleted type comes back with the same definition only`() async throws {
        _ = try await create(definition())
        let twice = try await room.refusal("CreateCustomActionType", definition())
        #expect(twice.code == "ValidationException" && twice.message.contains("already exists"))
        for _ in 0..<2 {
            #expect(try await room.call("DeleteCustomActionType", definition()) == .null)
            #expect(try await !listed().contains { $0.at("id.provider")?.text == "Worker" })
        }
        let other = try definition().setting("inputArtifactDetails.maximumCount", to: .integer(5))
        let refusal = try await room.refusal("CreateCustomActionType", other)
        #expect(refusal.code == "ValidationException" && refusal.message.contains("another version"))
        let again = try definition().setting("tags", to: document(#"[{"key": "now", "value": ""}]"#))
        _ = try await create(again)
        #expect(try await listed().contains { $0.at("id.provider")?.text == "Worker" })
        _ = try await create(other.setting("version", to: .string("2")))
    }

    @Test func `there may be as many as the quota says, deleted ones not counted`() async throws {
        var settings = APISettings()
        settings.customActionTypes = 2
        let room = Room(settings: settings)
        for version in ["1", "2"] {
            try await room.call("CreateCustomActionType", definition().setting("version", to: .string(version)))
        }
        let third = try definition().setting("version", to: .string("3"))
        #expect(try await room.refusal("CreateCustomActionType", third).code == "LimitExceededException")
        try await room.call("DeleteCustomActionType", definition())
        try await room.call("CreateCustomActionType", third)
        let tags = (0...50).map { #"{"key": "k\#($0)", "value": ""}"# }.joined(separator: ",")
        let many = try definition().setting("tags", to: document("[\(tags)]"))
        #expect(try await room.refusal("CreateCustomActionType", many).code == "TooManyTagsException")
    }

    @Test func `a pipeline can hold its actions from then on, and not when it is deleted`() async throws {
        let pipeline = try Room.worked()
        let unknown = try await room.refusal("CreatePipeline", .structure(["pipeline": pipeline]))
        #expect(unknown.code == "InvalidActionDeclarationException" && unknown.message.contains("is not available"))
        try await room.makeWorkerType()
        try await room.create(pipeline)
        try await room.call("DeleteCustomActionType", definition())
        let update = try await room.refusal("UpdatePipeline", .structure(["pipeline": pipeline]))
        #expect(update.message.contains("is not available"))
    }

    /// A place of the action, a value, and a piece of the message; an empty one: it is good.
    @Test(arguments: [
        ("configuration.Project", #""a b""#, "letters, digits"), ("configuration.Project", #""a-b_1""#, ""),
        ("configuration.Project", ##""#{codepipeline.PipelineExecutionId}""##, ""),
        ("configuration.Attempts", #""many""#, "'Attempts': it must be a number"),
        ("configuration.Attempts", #""2.5""#, ""), ("configuration.Quick", #""yes""#, "'true' or 'false'"),
        ("configuration.Quick", #""true""#, ""), ("configuration.Other", #""x""#, "unknown configuration 'Other'"),
        ("configuration", #"{"Password": "p"}"#, "missing required configuration 'Project'"),
        ("inputArtifacts", "[]", ""), ("timeoutInMinutes", "10", "timeoutInMinutes"),
        ("configuration.Password", #""****""#, "may be used in secret properties only"),
    ])
    func `an action's values are those that its type allows`(
        place: String, value: String, message: String
    ) async throws {
        try await room.makeWorkerType()
        let pipeline = try Room.worked().setting("stages.1.actions.0.\(place)", to: document(value))
        guard !message.isEmpty else {
            try await room.create(pipeline)
            return
        }
        let refusal = try await room.refusal("CreatePipeline", .structure(["pipeline": pipeline]))
        #expect(refusal.code == "InvalidActionDeclarationException")
        #expect(refusal.message.contains(message), "\(refusal.message)")
    }

    @Test func `counts are those of the type`() async throws {
        try await room.makeWorkerType()
        let outputs = try document(#"[{"name": "Built"}, {"name": "More"}]"#)
        let pipeline = try Room.worked().setting("stages.1.actions.0.outputArtifacts", to: outputs)
        let refusal = try await room.refusal("CreatePipeline", .structure(["pipeline": pipeline]))
        #expect(
            refusal.message == "Action Compile declares 2 output artifacts which is more than the maximum count (1)")
    }

    @Test func `where a module provides the type, the module's description counts`() async throws {
        try await room.call(
            "CreateCustomActionType", definition().setting("provider", to: .string("Jenkins")))
        let jenkins = try #require(
            try await listed().first {
                $0.at("id.provider")?.text == "Jenkins" && $0.at("id.category")?.text == "Build"
            })
        #expect(jenkins["settings"] == nil)
        #expect(jenkins["actionConfigurationProperties"]?.items.map { $0["name"]?.text } == ["ProjectName"])
        let poll = #"{"category": "Build", "owner": "Custom", "provider": "Jenkins", "version": "1"}"#
        let answer = try await room.call(
            "PollForJobs", #"{"actionTypeId": \#(poll), "queryParam": {"Project": "app"}}"#)
        #expect(answer["jobs"] == .list([]))
    }

    @Test func `nobody has made action types for others here`() async throws {
        let get = #"{"category": "Test", "owner": "ThirdParty", "provider": "Probe", "version": "1"}"#
        let refusal = try await room.refusal("GetActionType", get)
        #expect(refusal.code == "ActionTypeNotFoundException" && refusal.message.contains("Probe"))
        #expect(
            try await room.refusal("GetActionType", get.replacing("ThirdParty", with: "Custom")).code
                == "ValidationException")
        let declaration = """
            {"executor": {"type": "JobWorker", "configuration": {"jobWorkerExecutorConfiguration":
              {"pollingAccounts": ["000000000000"]}}, "jobTimeout": 60},
             "id": \(get), "inputArtifactDetails": {"minimumCount": 0, "maximumCount": 10},
             "outputArtifactDetails": {"minimumCount": 0, "maximumCount": 10},
             "permissions": {"allowedAccounts": ["*", "111111111111"]}}
            """
        let update = try document(#"{"actionType": \#(declaration)}"#)
        #expect(try await room.refusal("UpdateActionType", update).code == "ActionTypeNotFoundException")
        for (place, value) in [
            ("executor.jobTimeout", "59"), ("permissions.allowedAccounts.0", #""all""#),
            ("executor.configuration.lambdaExecutorConfiguration", #"{"lambdaFunctionArn": "arn:aws:lambda:x"}"#),
        ] {
            let wrong = try update.setting("actionType.\(place)", to: document(value))
            #expect(try await room.refusal("UpdateActionType", wrong).code == "ValidationException", "\(place)")
        }
        let lambda = try update.setting(
            "actionType.executor.configuration.lambdaExecutorConfiguration",
            to: document(
                #"{"lambdaFunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:run"}"#))
        #expect(try await room.refusal("UpdateActionType", lambda).code == "ActionTypeNotFoundException")
    }
}
