/// The shapes of stage conditions and of triggers (spec: pipeline-structure §7, §8).
extension Shape {
    static let result = oneOf("ROLLBACK", "FAIL", "RETRY", "SKIP")

    static let conditions = list(
        of: .structure(optional: ["result": .result, "rules": .list(of: .rule, min: 1, max: 5)]), min: 1, max: 1)

    private static let rule = structure(
        required: [
            "name": .ruleName,
            "ruleTypeId": .structure(
                required: ["category": .oneOf("Rule"), "provider": .providerName],
                optional: ["owner": .oneOf("AWS"), "version": .typeVersion]),
        ],
        optional: [
            "configuration": .map(
                key: .text(min: 1, max: 50), value: .text(min: 1, max: 10_000), min: 0, max: 200),
            "commands": .commands,
            "inputArtifacts": .inputArtifacts,
            "roleArn": .roleARN,
            "region": .region,
            "timeoutInMinutes": .integer(min: 5, max: 86_400),
        ])

    static let trigger = structure(required: [
        "providerType": .oneOf("CodeStarSourceConnection"),
        "gitConfiguration": .structure(
            required: ["sourceActionName": .actionName],
            optional: [
                "push": .list(of: .pushFilter, min: 1, max: 3),
                "pullRequest": .list(of: .pullRequestFilter, min: 1, max: 3),
            ]),
    ])

    private static let pushFilter = structure(optional: [
        "tags": .criteria(.text(min: 1, max: 255)), "branches": .criteria(.glob), "filePaths": .criteria(.glob),
    ])

    private static let pullRequestFilter = structure(optional: [
        "events": .list(of: .oneOf("OPEN", "UPDATED", "CLOSED"), min: 1, max: 3),
        "branches": .criteria(.glob), "filePaths": .criteria(.glob),
    ])

    private static let glob = text(min: 1, max: 255, .singleLine)

    private static func criteria(_ pattern: Shape) -> Shape {
        let patterns = list(of: pattern, min: 1, max: 8)
        return .structure(optional: ["includes": patterns, "excludes": patterns])
    }
}
