import CodePipelineAPI
import Testing

/// A pipeline with one place changed, and the constraint that it breaks.
struct ShapeRow: CustomTestStringConvertible, Sendable {
    let path: String
    let value: String?
    let place: String
    let constraint: String

    init(_ path: String, _ value: String?, _ place: String, _ constraint: String) {
        self.path = path
        self.value = value
        self.place = place
        self.constraint = constraint
    }

    var testDescription: String { "\(path) = \(value?.prefix(40) ?? "nothing")" }

    private static let action = "pipeline.stages.1.member.actions.1.member"

    static let all: [ShapeRow] = [
        ShapeRow(
            "stages.0.actions.0.runOrder", "0", "\(action).runOrder",
            "Member must have value greater than or equal to 1"),
        ShapeRow(
            "stages.0.actions.0.runOrder", "1000", "\(action).runOrder",
            "Member must have value less than or equal to 999"),
        ShapeRow(
            "stages.0.actions.0.runOrder", "0.0", "\(action).runOrder",
            "Member must have value greater than or equal to 1"),
        ShapeRow("name", nil, "pipeline.name", "Member must not be null"),
        ShapeRow("name", "null", "pipeline.name", "Member must not be null"),
        ShapeRow(
            "name", #""a b""#, "pipeline.name", #"Member must satisfy regular expression pattern: [A-Za-z0-9.@\-_]+"#),
        ShapeRow(
            "name", "\"\(String(repeating: "n", count: 101))\"", "pipeline.name",
            "Member must have length less than or equal to 100"),
        ShapeRow(
            "roleArn", #""arn:aws:iam::1:role/x""#, "pipeline.roleArn",
            #"Member must satisfy regular expression pattern: arn:aws(-[\w]+)*:iam::[0-9]{12}:role/.*"#),
        ShapeRow(
            "executionMode", #""FAST""#, "pipeline.executionMode",
            "Member must satisfy enum value set: [QUEUED, SUPERSEDED, PARALLEL]"),
        ShapeRow(
            "artifactStore.location", #""ab""#, "pipeline.artifactStore.location",
            "Member must have length greater than or equal to 3"),
        ShapeRow(
            "stages.0.actions.0.actionTypeId.version", nil, "\(action).actionTypeId.version", "Member must not be null"),
        ShapeRow(
            "stages.0.actions.0.configuration.S3Bucket", #""""#, "\(action).configuration",
            "Map value must satisfy constraint: [Member must have length less than or equal to 1000, Member must have length greater than or equal to 1]"
        ),
        ShapeRow(
            "stages.0.actions.0.configuration.S3Bucket", "\"\(String(repeating: "v", count: 1001))\"",
            "\(action).configuration",
            "Map value must satisfy constraint: [Member must have length less than or equal to 1000, Member must have length greater than or equal to 1]"
        ),
        ShapeRow(
            "stages.0.actions.0.configuration.\(String(repeating: "k", count: 51))", #""v""#, "\(action).configuration",
            "Map keys must satisfy constraint: [Member must have length less than or equal to 50, Member must have length greater than or equal to 1]"
        ),
        ShapeRow(
            "stages.0.actions.0.configuration.S3Bucket", "null", "\(action).configuration",
            "Map value must satisfy constraint: [Member must have length less than or equal to 1000, Member must have length greater than or equal to 1]"
        ),
        ShapeRow(
            "variables", #"[{"name": "V", "defaultValue": "two\nlines"}]"#, "pipeline.variables.1.member.defaultValue",
            "Member must satisfy regular expression pattern: .*"),
        ShapeRow(
            "stages.0.actions.0.outputArtifacts.0", "null", "\(action).outputArtifacts.1.member",
            "Member must not be null"),
        ShapeRow(
            "stages.0.actions.0.commands", "[]", "\(action).commands",
            "Member must have length greater than or equal to 1"),
        ShapeRow(
            "artifactStores", #"{"eu-west-1": {"type": "S3", "location": "x"}}"#,
            "pipeline.artifactStores.eu-west-1.member.location", "Member must have length greater than or equal to 3"),
        ShapeRow(
            "stages.0.onFailure", #"{"conditions": [{}, {}]}"#, "pipeline.stages.1.member.onFailure.conditions",
            "Member must have length less than or equal to 1"),
        ShapeRow(
            "triggers", #"[{"providerType": "X", "gitConfiguration": {"sourceActionName": "Fetch"}}]"#,
            "pipeline.triggers.1.member.providerType", "Member must satisfy enum value set: [CodeStarSourceConnection]"),
    ]
}

@Suite("ShapeCheck")
struct ShapeCheckTests {
    @Test(arguments: ShapeRow.all)
    func `a broken constraint is named with its place`(row: ShapeRow) async throws {
        let pipeline = try Pipelines.small().setting(row.path, to: row.value.map(document))
        let refusal = try await Room().refusal("CreatePipeline", .structure(["pipeline": pipeline]))
        let message =
            "1 validation error detected: Value at '\(row.place)' failed to satisfy constraint: \(row.constraint)"
        #expect(refusal == APIError("ValidationException", message))
        #expect(refusal.httpStatus == 400)
    }

    @Test func `all violations stand in one message`() async throws {
        let pipeline = try Pipelines.small()
            .setting("name", to: .string("")).setting("stages.1.actions.0.runOrder", to: .integer(0))
        let refusal = try await Room().refusal("UpdatePipeline", .structure(["pipeline": pipeline]))
        #expect(
            refusal.message == """
                3 validation errors detected: Value at 'pipeline.name' failed to satisfy constraint: Member must have \
                length greater than or equal to 1; Value at 'pipeline.name' failed to satisfy constraint: Member must \
                satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+; Value at \
                'pipeline.stages.2.member.actions.1.member.runOrder' failed to satisfy constraint: Member must have \
                value greater than or equal to 1
                """)
    }

    @Test(arguments: [
        ("name", "7", "NUMBER_VALUE can not be converted to a String at 'pipeline.name'"),
        ("stages", #"{"a": 1}"#, "An object can not be converted to a list at 'pipeline.stages'"),
        (
            "stages.0.actions.0.runOrder", #""1""#,
            "STRING_VALUE can not be converted to an Integer at 'pipeline.stages.1.member.actions.1.member.runOrder'"
        ),
        (
            "stages.0.actions.0.runOrder", "1.5",
            "NUMBER_VALUE can not be converted to an Integer at 'pipeline.stages.1.member.actions.1.member.runOrder'"
        ),
        (
            "stages.0.actions.0.configuration.S3Bucket", "true",
            "TRUE_VALUE can not be converted to a String at 'pipeline.stages.1.member.actions.1.member.configuration.S3Bucket'"
        ),
        ("artifactStore", "[]", "A list can not be converted to an object at 'pipeline.artifactStore'"),
    ])
    func `a value of another type can't be read`(path: String, value: String, message: String) async throws {
        let pipeline = try Pipelines.small().setting(path, to: document(value))
        let refusal = try await Room().refusal("CreatePipeline", .structure(["pipeline": pipeline]))
        #expect(refusal == APIError("SerializationException", message))
    }

    @Test func `a body that is no object or no JSON can't be read`() async throws {
        #expect(try await Room().refusal("GetPipeline", "[]").code == "SerializationException")
        #expect(throws: APIError("SerializationException", "The request body isn't valid JSON")) { try document("{") }
    }

    @Test func `unknown members are ignored and a boolean is a boolean`() async throws {
        let room = Room()
        #expect(try await room.call("ListPipelines", #"{"colour": "blue"}"#) == document(#"{"pipelines": []}"#))
        let refusal = try await room.refusal(
            "StopPipelineExecution",
            #"{"pipelineName": "p", "pipelineExecutionId": "00000000-0000-0000-0000-000000000000", "abandon": 1}"#)
        #expect(refusal.message == "NUMBER_VALUE can not be converted to a Boolean at 'abandon'")
    }

    @Test func `the cap of a configuration value is a setting`() async throws {
        var settings = APISettings()
        settings.configurationValueLimit = 50_000
        let pipeline = try Pipelines.small().setting(
            "stages.0.actions.0.configuration.S3Bucket", to: .string(String(repeating: "v", count: 50_000)))
        try await Room(settings: settings).call("CreatePipeline", .structure(["pipeline": pipeline]))
    }

    @Test(arguments: [
        ("arn:aws:iam::000000000000:role/x", true), ("arn:aws-us-gov:iam::000000000000:role/a/b", true),
        ("arn:aws-:iam::000000000000:role/x", false), ("arn:awsx:iam::000000000000:role/x", false),
        ("arn:aws:iam::00000000000a:role/x", false), ("arn:aws:iam::000000000000:user/x", false), ("role", false),
    ])
    func `a role's ARN is told from other texts`(arn: String, isRole: Bool) throws {
        let pipeline = try Pipelines.small().setting("roleArn", to: .string(arn))
        let faults = DeclarationFaults.all(in: pipeline, actionTypes: .everything, region: "us-east-1")
        #expect(faults.isEmpty == isRole)
    }
}
