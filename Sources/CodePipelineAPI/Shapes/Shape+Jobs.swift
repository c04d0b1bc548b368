/// The shapes of job workers' operations and of action types.
extension Shape {
    static let actionTypeID = structure(required: [
        "category": .actionCategory,
        "owner": .oneOf("AWS", "ThirdParty", "Custom"),
        "provider": .providerName,
        "version": .typeVersion,
    ])

    static let actionCategory = oneOf("Source", "Build", "Deploy", "Test", "Invoke", "Approval", "Compute")

    /// The owner of an action type that is made elsewhere for others' use.
    static let externalOwner = text(.externalOwner)

    static let configurationKey = text(min: 1, max: 50)
    static let url = text(min: 1, max: 2048)
    static let jobID = text(.uuid)
    static let nonce = text(min: 1, max: 50)
    static let continuationToken = text(min: 1, max: 2048)
    static let externalExecutionID = text(min: 1, max: 1500)

    static let artifactDetails = structure(required: [
        "minimumCount": .integer(min: 0, max: 5), "maximumCount": .integer(min: 0, max: 5),
    ])

    static let actionTypeSettings = structure(optional: [
        "thirdPartyConfigurationUrl": .url, "entityUrlTemplate": .url, "executionUrlTemplate": .url,
        "revisionUrlTemplate": .url,
    ])

    static let configurationProperties = list(
        of: .structure(
            required: ["name": .configurationKey, "required": .boolean, "key": .boolean, "secret": .boolean],
            optional: [
                "queryable": .boolean, "description": .text(min: 1, max: 160),
                "type": .oneOf("String", "Number", "Boolean"),
            ]), max: 10)

    static let currentRevision = structure(
        required: ["revision": .text(min: 1, max: 1500), "changeIdentifier": .text(min: 1, max: 100)],
        optional: ["created": .timestamp, "revisionSummary": .text(min: 1, max: 2048)])

    static let executionDetails = structure(optional: [
        "summary": .text(min: 1, max: 2048), "externalExecutionId": .externalExecutionID,
        "percentComplete": .integer(min: 0, max: 100),
    ])

    static let failureDetails = structure(
        required: [
            "type": .oneOf(
                "JobFailed", "ConfigurationError", "PermissionError", "RevisionOutOfSync", "RevisionUnavailable",
                "SystemUnavailable"),
            "message": .text(min: 1, max: 5000),
        ], optional: ["externalExecutionId": .externalExecutionID])
}
