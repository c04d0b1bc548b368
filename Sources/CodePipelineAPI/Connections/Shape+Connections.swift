/// The shapes of CodeConnections' model.
extension Shape {
    static let connectionName = text(min: 1, max: 32, .anything)
    static let connectionARN = text(min: 0, max: 256, .connectionARN)
    static let connectionHostARN = text(min: 0, max: 256, .connectionHostARN)
    static let connectionHostName = text(min: 1, max: 64, .singleLine)
    static let connectionResourceARN = text(min: 1, max: 1011, .connectionARN)
    static let providerType = oneOf(
        "Bitbucket", "GitHub", "GitHubEnterpriseServer", "GitLab", "GitLabSelfManaged", "AzureDevOps")
    static let providerEndpoint = text(min: 1, max: 512, .singleLine)
    static let connectionTagKey = text(min: 1, max: 128, .singleLine)
    static let connectionTags = list(of: ConnectionTag.shape, min: 0, max: 200)
    static let connectionPage: Shape = .integer(min: 0, max: 100)
    static let connectionToken = text(min: 1, max: 1024, .oneLine)
    static let vpcConfiguration = structure(
        required: [
            "VpcId": .text(min: 12, max: 21, .awsID("vpc")),
            "SubnetIds": .list(of: .text(min: 15, max: 24, .awsID("subnet")), min: 1, max: 10),
            "SecurityGroupIds": .list(of: .text(min: 11, max: 20, .awsID("sg")), min: 1, max: 10),
        ], optional: ["TlsCertificate": .text(min: 1, max: 16_384, .anything)])
}
