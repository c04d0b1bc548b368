import CodePipelineAPI

/// Small valid pipelines to break.
enum Pipelines {
    /// Source (S3) → Build (CodeBuild) → Deploy (S3), V1.
    static func small(_ name: String = "small") throws -> Document {
        try document(
            """
            {"name": "\(name)", "roleArn": "arn:aws:iam::000000000000:role/pipeline",
             "artifactStore": {"type": "S3", "location": "artifacts"},
             "stages": [
              {"name": "Source", "actions": [{"name": "Fetch",
                "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
                "configuration": {"S3Bucket": "sources", "S3ObjectKey": "app.zip"},
                "outputArtifacts": [{"name": "App"}]}]},
              {"name": "Build", "actions": [{"name": "Compile",
                "actionTypeId": {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"},
                "configuration": {"ProjectName": "app"},
                "inputArtifacts": [{"name": "App"}], "outputArtifacts": [{"name": "Built"}]}]},
              {"name": "Deploy", "actions": [{"name": "Publish",
                "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "S3", "version": "1"},
                "configuration": {"BucketName": "site", "Extract": "true"},
                "inputArtifacts": [{"name": "Built"}]}]}]}
            """)
    }

    /// A GitHub v1 source with its secret token, and a build.
    static func withSecret(_ token: String, name: String = "secretive") throws -> Document {
        try small(name)
            .setting("stages.0.actions.0.actionTypeId.owner", to: .string("ThirdParty"))
            .setting("stages.0.actions.0.actionTypeId.provider", to: .string("GitHub"))
            .setting(
                "stages.0.actions.0.configuration",
                to: try document(#"{"Owner": "acme", "Repo": "app", "Branch": "main", "OAuthToken": "\#(token)"}"#))
    }

    /// V2 with all that this version can hold: variables, namespaces, an approval, roles, regions, a key.
    static func full(_ name: String = "full") throws -> Document {
        try small(name)
            .setting("pipelineType", to: .string("V2"))
            .setting("executionMode", to: .string("SUPERSEDED"))
            .setting(
                "variables",
                to: try document(
                    #"[{"name": "Colour", "defaultValue": "blue", "description": "of the site"}, {"name": "Size"}]"#)
            )
            .setting(
                "artifactStores",
                to: try document(
                    #"""
                    {"us-east-1": {"type": "S3", "location": "artifacts",
                                   "encryptionKey": {"id": "alias/key", "type": "KMS"}},
                     "eu-west-1": {"type": "S3", "location": "artifacts-eu"}}
                    """#)
            )
            .setting("artifactStore", to: nil)
            .setting("stages.0.actions.0.namespace", to: .string("Src"))
            .setting("stages.0.actions.0.configuration.AllowOverrideForS3ObjectKey", to: .string("true"))
            .setting("stages.1.actions.0.roleArn", to: .string("arn:aws:iam::000000000000:role/build"))
            .setting("stages.1.actions.0.region", to: .string("eu-west-1"))
            .setting(
                "stages.1.actions.0.configuration.EnvironmentVariables",
                to: .string(##"[{"name":"V","value":"#{Src.VersionId} #{variables.Colour}"}]"##)
            )
            .setting(
                "stages.2.actions.1",
                to: try document(
                    #"""
                    {"name": "Confirm", "runOrder": 2, "timeoutInMinutes": 60,
                     "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
                     "configuration": {"CustomData": "look at #{codepipeline.PipelineExecutionId}"}}
                    """#))
    }

    /// V2: a window before Build, a probe with a secret after it, a rollback where Deploy fails.
    static func gated(_ name: String = "gated") throws -> Document {
        try small(name)
            .setting("pipelineType", to: .string("V2"))
            .setting(
                "stages.1.beforeEntry",
                to: try condition(
                    "FAIL", rule("Window", "DeploymentWindow", #"{"Cron": "* * 9-17 ? * MON-FRI", "TimeZone": "UTC"}"#))
            )
            .setting(
                "stages.1.onSuccess",
                to: try condition(
                    "ROLLBACK", rule("Look", "Probe", #"{"Token": "s3cret", "Target": "app"}"#, inputs: "App"))
            )
            .setting("stages.2.onFailure", to: try document(#"{"result": "ROLLBACK"}"#))
    }

    /// V2: a connection's repository with filters on pushes and pull requests.
    static func triggered(_ name: String = "triggered") throws -> Document {
        try small(name)
            .setting("pipelineType", to: .string("V2"))
            .setting("stages.0.actions.0.actionTypeId.provider", to: .string("CodeStarSourceConnection"))
            .setting(
                "stages.0.actions.0.configuration",
                to: try document(
                    #"""
                    {"ConnectionArn": "arn:aws:codeconnections:us-east-1:000000000000:connection/c",
                     "FullRepositoryId": "acme/app", "BranchName": "main"}
                    """#)
            )
            .setting(
                "triggers",
                to: try document(
                    #"""
                    [{"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": "Fetch",
                      "push": [{"branches": {"includes": ["main", "release/*"], "excludes": ["wip"]},
                                "filePaths": {"excludes": ["docs/**"]}},
                               {"tags": {"includes": ["v*"]}}],
                      "pullRequest": [{"events": ["OPEN", "UPDATED"], "branches": {"includes": ["main"]}}]}}]
                    """#))
    }

    static func condition(_ result: String, _ rules: String...) throws -> Document {
        try document(#"{"conditions": [{"result": "\#(result)", "rules": [\#(rules.joined(separator: ","))]}]}"#)
    }

    static func rule(
        _ name: String, _ provider: String, _ configuration: String = "{}", inputs: String? = nil
    ) -> String {
        let artifacts = inputs.map { #", "inputArtifacts": [{"name": "\#($0)"}]"# } ?? ""
        return #"""
            {"name": "\#(name)", "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "\#(provider)",
             "version": "1"}, "configuration": \#(configuration)\#(artifacts)}
            """#
    }
}
