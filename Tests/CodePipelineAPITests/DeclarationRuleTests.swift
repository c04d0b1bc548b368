import CodePipelineAPI
import Testing

/// A valid pipeline, what is changed in it, and what the first broken rule answers.
struct RuleRow: CustomTestStringConvertible, Sendable {
    let rule: String
    let edits: KeyValuePairs<String, String?>
    let exception: String
    let message: String

    init(_ rule: String, _ edits: KeyValuePairs<String, String?>, _ exception: String, _ message: String) {
        self.rule = rule
        self.edits = edits
        self.exception = "Invalid\(exception)Exception"
        self.message = message
    }

    var testDescription: String { rule }

    func broken(_ pipeline: Document) throws -> Document {
        try edits.reduce(pipeline) { $0.setting($1.key, to: try $1.value.map(document)) }
    }
}

@Suite("Declaration rules")
struct DeclarationRuleTests {
    @Test(
        arguments: RuleRow.types + RuleRow.structures + RuleRow.stages + RuleRow.actions + RuleRow.graph
            + RuleRow.approvals)
    func `the first broken rule is answered with its exception and text`(row: RuleRow) async throws {
        try await check(row, of: Pipelines.small())
    }

    @Test(arguments: RuleRow.gates + RuleRow.rules)
    func `the gates and rules of a stage are checked`(row: RuleRow) async throws {
        try await check(row, of: Pipelines.small().setting("pipelineType", to: .string("V2")))
    }

    @Test(arguments: RuleRow.triggers)
    func `triggers are checked`(row: RuleRow) async throws { try await check(row, of: Pipelines.triggered()) }

    private func check(_ row: RuleRow, of valid: Document) async throws {
        let pipeline = try row.broken(valid)
        let refusal = try await Room().refusal("CreatePipeline", .structure(["pipeline": pipeline]))
        #expect(refusal == APIError(row.exception, row.message))
        let all = DeclarationFaults.all(
            in: pipeline, actionTypes: .everything, ruleTypes: .some, region: "us-east-1")
        #expect(all.first?.message == row.message)
        #expect(all.first?.path.hasPrefix("pipeline.") == true)
    }

    @Test(arguments: [
        #"{"RequiredApprovals": "2", "Approvers": "arn:a, bob", "ForbidAuthor": "true", "BindToArtifacts": "false"}"#,
        ##"{"RequiredApprovals": "#{variables.N}", "Approvers": "#{variables.Who}"}"##,
        ##"{"RequiredApprovals": "3", "Approvers": "#{variables.Who}"}"##,
    ])
    func `what an approval asks beyond AWS is accepted, with variables too`(configuration: String) async throws {
        let approval = #"{"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}"#
        let pipeline = try Pipelines.small().setting("pipelineType", to: .string("V2"))
            .setting("variables", to: document(#"[{"name": "N", "defaultValue": "2"}, {"name": "Who"}]"#))
            .setting(
                "stages.1.actions.1",
                to: document(#"{"name": "Ask", "actionTypeId": \#(approval), "configuration": \#(configuration)}"#))
        #expect(DeclarationFaults.all(in: pipeline, actionTypes: .everything, region: "us-east-1") == [])
    }

    @Test func `a gateway without rules says so`() throws {
        let faults = DeclarationFaults.all(
            in: try Pipelines.gated(), actionTypes: .everything, region: "us-east-1")
        #expect(
            faults.first
                == DeclarationFault(
                    path: "pipeline.stages.2.member.beforeEntry.conditions.1.member.rules.1.member.ruleTypeId",
                    exception: "InvalidStageDeclarationException",
                    message: "Rule 'Window' of stage 'Build': no module of this gateway provides the rule "
                        + "DeploymentWindow; load a module with it, or remove the rule"))
    }

    @Test func `triggers of more than 200 KB are refused`() async throws {
        let text = String(repeating: "a", count: 240)
        let patterns = (0..<8).map { #""\#(text)\#($0)""# }.joined(separator: ",")
        let filters = (0..<3).map {
            #"{"branches": {"includes": [\#(patterns)], "excludes": ["\#($0)"]}, "filePaths": {"includes": [\#(patterns)]}}"#
        }
        let entry = #"""
            {"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": "Fetch",
             "push": [\#(filters.joined(separator: ","))], "pullRequest": [\#(filters.joined(separator: ","))]}}
            """#
        let many = "[\(Array(repeating: entry, count: 10).joined(separator: ","))]"
        let pipeline = try Pipelines.triggered().setting("triggers", to: document(many))
        let refusal = try await Room().refusal("CreatePipeline", .structure(["pipeline": pipeline]))
        #expect(refusal.code == "InvalidStructureException")
        #expect(refusal.message.hasSuffix("There can only be up to 204800 bytes of triggers in a pipeline"))
    }

    @Test(arguments: ["QUEUED", "PARALLEL"], ["gated", "triggered"])
    func `modes, gates and triggers of V2 are shown as they were declared`(mode: String, which: String) async throws {
        var pipeline = which == "gated" ? try Pipelines.gated("p") : try Pipelines.triggered("p")
        if mode == "PARALLEL", which == "gated" {
            pipeline = pipeline.setting("stages.2.onFailure", to: nil)
                .setting("stages.1.onSuccess.conditions.0.result", to: .string("FAIL"))
        }
        pipeline = pipeline.setting("executionMode", to: .string(mode))
        let room = Room()
        try await room.create(pipeline)
        let shown = try #require(try await room.call("GetPipeline", #"{"name": "p"}"#)["pipeline"])
        #expect(shown["executionMode"] == .string(mode))
        #expect(shown["triggers"] == pipeline["triggers"])
        #expect(shown.at("stages.2.onFailure") == pipeline.at("stages.2.onFailure"))
        let gate = "stages.1.onSuccess.conditions.0"
        #expect(shown.at("\(gate).result") == pipeline.at("\(gate).result"))
        #expect(shown.at("\(gate).rules.0.ruleTypeId") == pipeline.at("\(gate).rules.0.ruleTypeId"))
        #expect(shown.at("\(gate).rules.0.inputArtifacts") == pipeline.at("\(gate).rules.0.inputArtifacts"))
        if which == "gated" { #expect(shown.at("\(gate).rules.0.configuration.Token") == .string("****")) }
        let updated = try await room.call("UpdatePipeline", .structure(["pipeline": shown]))
        #expect(updated.setting("pipeline.version", to: .integer(1))["pipeline"] == shown)
    }

    @Test(arguments: ["small", "full", "secret"])
    func `a pipeline without faults is accepted`(which: String) async throws {
        let pipeline =
            switch which {
            case "small": try Pipelines.small()
            case "full": try Pipelines.full()
            default: try Pipelines.withSecret("t")
            }
        #expect(DeclarationFaults.all(in: pipeline, actionTypes: .everything, region: "us-east-1") == [])
        let answer = try await Room().call("CreatePipeline", .structure(["pipeline": pipeline]))
        #expect(answer.at("pipeline.version") == .integer(1))
    }

    @Test func `validate shows every fault, whatever stands around the pipeline`() throws {
        let pipeline = try Pipelines.small()
            .setting("stages.1.actions.0.runOrder", to: .integer(0))
            .setting("stages.1.actions.0.configuration", to: nil)
            .setting("stages.2.actions.0.inputArtifacts.0.name", to: .string("Nothing"))
        let file = try document(#"{"metadata": {"created": 1}}"#).setting("pipeline", to: pipeline)
        let faults = DeclarationFaults.all(in: file, actionTypes: .everything, region: "us-east-1")
        #expect(
            faults.map(\.path) == [
                "pipeline.stages.2.member.actions.1.member.runOrder",
                "pipeline.stages.2.member.actions.1.member.configuration",
                "pipeline.stages.3.member.actions.1.member.inputArtifacts.1.member.name",
            ])
        #expect(
            faults.map(\.exception) == [
                "ValidationException", "InvalidActionDeclarationException", "InvalidActionDeclarationException",
            ])
        let unreadable = DeclarationFaults.all(in: .string("x"), actionTypes: .everything, region: "us-east-1")
        #expect(unreadable.map(\.exception) == ["SerializationException"])
    }

    @Test func `what an answer shows is valid input again`() async throws {
        let room = Room()
        try await room.call("CreatePipeline", .structure(["pipeline": try Pipelines.full()]))
        let answer = try await room.call("GetPipeline", #"{"name": "full"}"#)
        #expect(DeclarationFaults.all(in: answer, actionTypes: .everything, region: "us-east-1") == [])
        let updated = try await room.call("UpdatePipeline", answer)
        #expect(updated.at("pipeline.version") == .integer(2))
        #expect(updated.setting("pipeline.version", to: .integer(1)).at("pipeline") == answer["pipeline"])
    }

    @Test func `counts over the quota are refused`() async throws {
        var settings = APISettings()
        settings.stages = 2...2
        settings.actionsPerPipeline = 2
        settings.actionsPerRunOrder = 0
        settings.runOrdersPerStage = 0
        let faults = DeclarationFaults.all(
            in: try Pipelines.small(), actionTypes: .everything, settings: settings, region: "us-east-1")
        #expect(faults.count == 8)
        #expect(
            faults.first?.message
                == "Pipeline has too many stages. There can only be up to 2 stages in a pipeline")
    }

    @Test func `strict roles must be known`() throws {
        var settings = APISettings()
        settings.roles = .strict(["arn:aws:iam::000000000000:role/build"])
        let pipeline = try Pipelines.full()
            .setting("stages.2.actions.0.roleArn", to: .string("arn:aws:iam::000000000000:role/other"))
        let faults = DeclarationFaults.all(
            in: pipeline, actionTypes: .everything, settings: settings, region: "us-east-1")
        #expect(
            faults.map(\.message) == [
                "CodePipeline is not authorized to perform AssumeRole on role arn:aws:iam::000000000000:role/pipeline",
                "arn:aws:iam::000000000000:role/pipeline is not authorized to perform AssumeRole on role "
                    + "arn:aws:iam::000000000000:role/other",
            ])
        settings.roles = .strict(["arn:aws:iam::000000000000:role/pipeline"])
        let small = try Pipelines.small()
        #expect(
            DeclarationFaults.all(in: small, actionTypes: .everything, settings: settings, region: "us-east-1") == [])
    }
}
