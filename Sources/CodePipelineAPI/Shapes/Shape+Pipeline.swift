/// The shapes of a declaration (spec: pipeline-structure §3 to §5).
extension Shape {
    /// - Parameter valueLimit: characters of one configuration value; the model says 1000, the service was seen to
    ///   take 50000.
    static func pipelineDeclaration(valueLimit: Int) -> Shape {
        .structure(
            required: [
                "name": .pipelineName, "roleArn": .roleARN, "stages": .list(of: .stage(valueLimit: valueLimit)),
            ],
            optional: [
                "artifactStore": .artifactStore,
                "artifactStores": .map(key: .region, value: .artifactStore, min: nil, max: nil),
                "version": .pipelineVersion,
                "executionMode": .oneOf("QUEUED", "SUPERSEDED", "PARALLEL"),
                "pipelineType": .oneOf("V1", "V2"),
                "variables": .list(of: .variableDeclaration, max: 50),
                "triggers": .list(of: .trigger, max: 50),
            ])
    }

    private static let artifactStore = structure(
        required: [
            "type": .oneOf("S3"), "location": .text(min: 3, max: 63, .oneOrMore(#"a-zA-Z0-9\-\."#)),
        ],
        optional: [
            "encryptionKey": .structure(required: ["id": .text(min: 1, max: 400), "type": .oneOf("KMS")])
        ])

    private static let variableDeclaration = structure(
        required: ["name": .variableName],
        optional: ["defaultValue": .variableValue, "description": .text(min: 0, max: 200, .singleLine)])

    private static func stage(valueLimit: Int) -> Shape {
        .structure(
            required: ["name": .stageName, "actions": .list(of: .action(valueLimit: valueLimit))],
            optional: [
                "blockers": .list(
                    of: .structure(required: ["name": .text(min: 1, max: 100), "type": .oneOf("Schedule")])),
                "onFailure": .structure(optional: [
                    "result": .result, "retryConfiguration": .structure(optional: ["retryMode": .retryMode]),
                    "conditions": .conditions,
                ]),
                "onSuccess": .structure(required: ["conditions": .conditions]),
                "beforeEntry": .structure(required: ["conditions": .conditions]),
            ])
    }

    private static func action(valueLimit: Int) -> Shape {
        .structure(
            required: ["name": .actionName, "actionTypeId": .actionTypeID],
            optional: [
                "runOrder": .integer(min: 1, max: 999),
                "configuration": .map(
                    key: .text(min: 1, max: 50), value: .text(min: 1, max: valueLimit), min: nil, max: nil),
                "commands": .commands,
                "outputArtifacts": .list(
                    of: .structure(
                        required: ["name": .artifactName],
                        optional: ["files": .list(of: .text(min: 1, max: 128), min: 1, max: 10)])),
                "inputArtifacts": .inputArtifacts,
                "outputVariables": .list(of: .text(min: 1, max: 128), min: 1, max: 15),
                "roleArn": .roleARN,
                "region": .region,
                "namespace": .namespace,
                "timeoutInMinutes": .integer(min: 5, max: 86_400),
                "environmentVariables": .list(of: .environmentVariable, min: 1, max: 10),
            ])
    }

    private static let environmentVariable = structure(
        required: [
            "name": .text(min: 1, max: 128, .oneOrMore("A-Za-z0-9_")),
            "value": .text(min: 1, max: 2000, .singleLine),
        ],
        optional: ["type": .oneOf("PLAINTEXT", "SECRETS_MANAGER")])

    static let commands = list(of: .text(min: 1, max: 1000), min: 1, max: 50)
    static let inputArtifacts = list(of: .structure(required: ["name": .artifactName]))
}
