/// The shape of an action type that a provider makes for others' use: what UpdateActionType takes.
extension Shape {
    static let actionTypeDeclaration = structure(
        required: [
            "executor": .executor,
            "id": .structure(required: [
                "category": .actionCategory, "owner": .externalOwner, "provider": .providerName,
                "version": .typeVersion,
            ]),
            "inputArtifactDetails": .externalArtifactDetails, "outputArtifactDetails": .externalArtifactDetails,
        ],
        optional: [
            "description": .text(min: 1, max: 1024),
            "permissions": .structure(required: [
                "allowedAccounts": .list(of: .text(.accountOrAll), min: 1, max: 1000)
            ]),
            "properties": .list(of: .externalProperty, max: 10),
            "urls": .structure(optional: [
                "configurationUrl": .url, "entityUrlTemplate": .url, "executionUrlTemplate": .url,
                "revisionUrlTemplate": .url,
            ]),
        ])

    private static let executor = structure(
        required: [
            "configuration": .structure(optional: [
                "lambdaExecutorConfiguration": .structure(required: [
                    "lambdaFunctionArn": .text(min: 1, max: 140, .lambdaARN)
                ]),
                "jobWorkerExecutorConfiguration": .structure(optional: [
                    "pollingAccounts": .list(of: .text(.account), min: 1, max: 1000),
                    "pollingServicePrincipals": .list(of: .text(min: 1, max: 128), min: 1, max: 10),
                ]),
            ]),
            "type": .oneOf("JobWorker", "Lambda"),
        ],
        optional: [
            "policyStatementsTemplate": .text(min: 1, max: 2048), "jobTimeout": .integer(min: 60, max: 43_200),
        ])

    private static let externalArtifactDetails = structure(required: [
        "minimumCount": .integer(min: 0, max: 10), "maximumCount": .integer(min: 0, max: 10),
    ])

    private static let externalProperty = structure(
        required: ["name": .configurationKey, "optional": .boolean, "key": .boolean, "noEcho": .boolean],
        optional: ["queryable": .boolean, "description": .text(min: 1, max: 250)])
}
