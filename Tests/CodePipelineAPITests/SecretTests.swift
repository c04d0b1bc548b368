import CodePipelineAPI
import PipelineEngine
import PipelineModel
import Testing

@Suite("Secrets of a declaration")
struct SecretTests {
    private let room = Room()
    private let place = "stages.0.actions.0.configuration.OAuthToken"

    private func create(_ token: String = "s3cret") async throws -> Document {
        try await room.call("CreatePipeline", .structure(["pipeline": try Pipelines.withSecret(token)]))
    }

    private func stored() async throws -> ConfigurationValue? {
        try await room.ledger.state(of: "secretive")?.declaration.stages[0].actions[0].configuration["OAuthToken"]
    }

    @Test func `a secret is sealed before it reaches the ledger and masked in every answer`() async throws {
        let created = try await create()
        #expect(created.at("pipeline.\(place)") == .string("****"))
        #expect(try await stored() == .sealed(SealedSecret(keyID: "k", box: "terc3s")))
        let shown = try await room.call("GetPipeline", #"{"name": "secretive"}"#)
        #expect(shown.at("pipeline.\(place)") == .string("****"))
        let listed = try await room.call("ListActionExecutions", #"{"pipelineName": "secretive"}"#)
        let input = try #require(listed.at("actionExecutionDetails.0.input"))
        #expect(input.at("configuration.OAuthToken") == .string("****"))
        #expect(input.at("resolvedConfiguration.OAuthToken") == .string("****"))
        for answer in [created, shown, listed] {
            #expect(!"\(answer)".contains("s3cret") && !"\(answer)".contains("terc3s"))
        }
    }

    @Test(arguments: ["****", "*****"])
    func `the mask written back keeps the stored secret`(mask: String) async throws {
        _ = try await create()
        let changed = try Pipelines.withSecret(mask).setting(
            "stages.1.actions.0.configuration.ProjectName", to: .string("b"))
        try await room.call("UpdatePipeline", .structure(["pipeline": changed]))
        #expect(try await stored() == .sealed(SealedSecret(keyID: "k", box: "terc3s")))
    }

    @Test func `a new secret replaces the stored one`() async throws {
        _ = try await create()
        try await room.call("UpdatePipeline", .structure(["pipeline": try Pipelines.withSecret("new")]))
        #expect(try await stored() == .sealed(SealedSecret(keyID: "k", box: "wen")))
    }

    @Test func `the mask in a new action is refused`() async throws {
        let message = """
            Action configuration for the new action "Fetch" contains an invalid configuration for the secret property \
            "OAuthToken". "****" may be used in secret properties only when updating an existing action.
            """
        let expected = APIError("InvalidActionDeclarationException", message)
        let masked = try Pipelines.withSecret("****")
        #expect(try await room.refusal("CreatePipeline", .structure(["pipeline": masked])) == expected)
        _ = try await create()
        let renamed = masked.setting("stages.0.name", to: .string("Sources"))
        #expect(try await room.refusal("UpdatePipeline", .structure(["pipeline": renamed])) == expected)
    }

    @Test func `the mask can't take a secret to another repository`() async throws {
        _ = try await create()
        let moved = try Pipelines.withSecret("****").setting(
            "stages.0.actions.0.configuration.Repo", to: .string("other"))
        let refusal = try await room.refusal("UpdatePipeline", .structure(["pipeline": moved]))
        #expect(refusal.code == "InvalidActionDeclarationException")
        #expect(refusal.message.hasPrefix(#"Action configuration for the changed action "Fetch" contains"#))
        #expect(try await room.ledger.state(of: "secretive")?.declaration.version == 1)
    }

    @Test func `a rule's secret is sealed, masked and kept like an action's`() async throws {
        let secret = "stages.1.onSuccess.conditions.0.rules.0.configuration.Token"
        func stored() async throws -> ConfigurationValue? {
            try await room.ledger.state(of: "gated")?.declaration.stages[1].onSuccess?.conditions[0].rules[0]
                .configuration["Token"]
        }
        let created = try await room.call("CreatePipeline", .structure(["pipeline": try Pipelines.gated()]))
        #expect(created.at("pipeline.\(secret)") == .string("****"))
        #expect(try await stored() == .sealed(SealedSecret(keyID: "k", box: "terc3s")))
        let masked = try Pipelines.gated().setting(secret, to: .string("*****"))
        try await room.call("UpdatePipeline", .structure(["pipeline": masked]))
        #expect(try await stored() == .sealed(SealedSecret(keyID: "k", box: "terc3s")))
        let moved = masked.setting("stages.1.onSuccess.conditions.0.rules.0.configuration.Target", to: .string("x"))
        let refusal = try await room.refusal("UpdatePipeline", .structure(["pipeline": moved]))
        #expect(refusal.code == "InvalidStageDeclarationException")
        #expect(refusal.message.hasPrefix(#"Rule configuration for the changed rule "Look" contains"#))
        let new = masked.setting("name", to: .string("other"))
        let unknown = try await room.refusal("CreatePipeline", .structure(["pipeline": new]))
        #expect(unknown.message.hasPrefix(#"Rule configuration for the new rule "Look" contains"#))
    }
}
