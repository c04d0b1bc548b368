import CodePipelineAPI
import PipelineModel
import PluginKit

/// The providers of the specification's table (pipeline-structure §6), with the optional keys that real pipelines use.
extension ActionTypeCatalogue {
    static let everything = ActionTypeCatalogue([
        type(
            .source, .aws, "S3", 0...0, 1...1, "S3Bucket S3ObjectKey",
            "PollForSourceChanges AllowOverrideForS3ObjectKey"),
        type(
            .source, .aws, "CodeCommit", 0...0, 1...1, "RepositoryName BranchName",
            "PollForSourceChanges OutputArtifactFormat"),
        type(
            .source, .aws, "CodeStarSourceConnection", 0...0, 1...1, "ConnectionArn FullRepositoryId BranchName",
            "OutputArtifactFormat DetectChanges"),
        type(.source, .aws, "ECR", 0...0, 1...1, "RepositoryName", "ImageTag"),
        type(
            .source, .thirdParty, "GitHub", 0...0, 1...1, "Owner Repo Branch OAuthToken", "PollForSourceChanges",
            secret: "OAuthToken"),
        type(
            .build, .aws, "CodeBuild", 1...5, 0...5, "ProjectName",
            "EnvironmentVariables PrimarySource BatchEnabled CombineArtifacts"),
        type(.test, .aws, "CodeBuild", 1...5, 0...5, "ProjectName", "EnvironmentVariables PrimarySource"),
        type(.build, .custom, "Jenkins", 0...5, 0...5, "ProjectName"),
        type(.test, .custom, "Jenkins", 0...5, 0...5, "ProjectName"),
        type(.deploy, .aws, "S3", 1...1, 0...0, "BucketName Extract", "ObjectKey CannedACL CacheControl"),
        type(
            .deploy, .aws, "CloudFormation", 0...10, 0...1, "ActionMode StackName",
            "Capabilities ChangeSetName OutputFileName ParameterOverrides RoleArn TemplatePath TemplateConfiguration"),
        type(.deploy, .aws, "CodeDeploy", 1...1, 0...0, "ApplicationName DeploymentGroupName"),
        type(.deploy, .aws, "ECS", 1...1, 0...0, "ClusterName ServiceName", "FileName DeploymentTimeout"),
        type(.deploy, .aws, "ElasticBeanstalk", 1...1, 0...0, "ApplicationName EnvironmentName"),
        type(.invoke, .aws, "Lambda", 0...5, 0...5, "FunctionName", "UserParameters"),
        type(.invoke, .aws, "CodePipeline", 0...0, 0...0, "PipelineName"),
        type(.invoke, .aws, "StepFunctions", 0...1, 0...1, "StateMachineArn", "Input InputType"),
        type(.compute, .aws, "Commands", 1...10, 0...1, ""),
    ])

    private static func type(
        _ category: ActionCategory, _ owner: ActionOwner, _ provider: String, _ inputs: ClosedRange<Int>,
        _ outputs: ClosedRange<Int>, _ required: String, _ optional: String = "", secret: String = ""
    ) -> ActionTypeDescription {
        func properties(_ names: String, required: Bool) -> [ConfigurationProperty] {
            names.split(separator: " ").map {
                ConfigurationProperty(String($0), required: required, secret: $0 == secret)
            }
        }
        return ActionTypeDescription(
            id: ActionTypeID(category: category, owner: owner, provider: provider),
            configuration: properties(required, required: true) + properties(optional, required: false),
            inputArtifacts: inputs, outputArtifacts: outputs, timeout: 3600)
    }
}
