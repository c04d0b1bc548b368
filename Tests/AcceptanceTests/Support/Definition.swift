/// A pipeline's declaration, put together from stages.
struct Definition: Sendable {
    var name: String
    var artifacts: String
    var stages: [JSON]
    /// The KMS key of the artifact store.
    var key: String?

    init(_ name: String, artifacts: String, stages: [JSON]) {
        self.name = name
        self.artifacts = artifacts
        self.stages = stages
    }

    var json: JSON {
        var store: JSON = ["type": "S3", "location": .string(artifacts)]
        if let key { store["encryptionKey"] = ["id": .string(key), "type": "KMS"] }
        return [
            "name": .string(name), "roleArn": "arn:aws:iam::000000000000:role/pipeline", "pipelineType": "V2",
            "artifactStore": store, "stages": .array(stages),
        ]
    }

    static func stage(_ name: String, _ actions: JSON...) -> JSON {
        ["name": .string(name), "actions": .array(actions)]
    }

    static func action(
        _ name: String, _ category: String, _ provider: String, owner: String = "AWS", _ configuration: JSON = [:],
        inputs: [String] = [], outputs: [String] = []
    ) -> JSON {
        var action: JSON = [
            "name": .string(name),
            "actionTypeId": [
                "category": .string(category), "owner": .string(owner), "provider": .string(provider), "version": "1",
            ],
        ]
        if !configuration.members.isEmpty { action["configuration"] = configuration }
        if !inputs.isEmpty { action["inputArtifacts"] = .array(inputs.map { ["name": .string($0)] }) }
        if !outputs.isEmpty { action["outputArtifacts"] = .array(outputs.map { ["name": .string($0)] }) }
        return action
    }

    /// `Source` from the connection `github`, into the artifact `Source`.
    static let source = stage(
        "Source",
        action(
            "Repository", "Source", "CodeStarSourceConnection",
            [
                "ConnectionArn": .string(Corridor.connection), "FullRepositoryId": .string(GitServer.repository),
                "BranchName": "main",
            ], outputs: ["Source"]))

    /// `Build` with the source's buildspec, or another of its files, into the artifact `Site`.
    static func build(buildspec: String? = nil) -> JSON {
        var configuration: JSON = ["ProjectName": "website"]
        if let buildspec { configuration["BuildspecOverride"] = .string(buildspec) }
        return stage(
            "Build", action("Website", "Build", "CodeBuild", configuration, inputs: ["Source"], outputs: ["Site"]))
    }

    static let approval = stage("Review", action("Ask", "Approval", "Manual"))

    static func deploy(to bucket: String) -> JSON {
        stage(
            "Deploy",
            action("Bucket", "Deploy", "S3", ["BucketName": .string(bucket), "Extract": "true"], inputs: ["Site"]))
    }
}
