/// The scalars that several operations share, named as in the service's model.
extension Shape {
    private static let name = Pattern.oneOrMore(#"A-Za-z0-9.@\-_"#)

    static let pipelineName = text(min: 1, max: 100, name)
    static let stageName = text(min: 1, max: 100, name)
    static let actionName = text(min: 1, max: 100, name)
    static let ruleName = text(min: 1, max: 100, name)
    static let artifactName = text(min: 1, max: 100, .oneOrMore(#"a-zA-Z0-9_\-"#))
    static let namespace = text(min: 1, max: 100, .oneOrMore(#"A-Za-z0-9@\-_"#))
    static let providerName = text(min: 1, max: 35, .oneOrMore("0-9A-Za-z_-"))
    static let typeVersion = text(min: 1, max: 9, .oneOrMore("0-9A-Za-z_-"))
    static let variableName = text(min: 1, max: 128, .oneOrMore(#"A-Za-z0-9@\-_"#))
    static let variableValue = text(min: 1, max: 1000, .singleLine)
    static let region = text(min: 4, max: 30)
    static let roleARN = text(max: 1024, .roleARN)
    static let uuid = text(.uuid)
    static let pipelineVersion = Shape.integer(min: 1, max: nil)
    static let nextToken = text(min: 1, max: 2048)
    static let maxResults = Shape.integer(min: 1, max: 100)
    static let retryMode = oneOf("FAILED_ACTIONS", "ALL_ACTIONS")
}
