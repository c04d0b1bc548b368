import PluginKit

/// The configuration of CodeBuild's actions and rules, as `penstock modules describe` tells it.
enum BuildProperties {
    static let ofRules = [
        ConfigurationProperty("ProjectName", required: true, summary: "the project, as under projects:"),
        ConfigurationProperty("PrimarySource", summary: "the input artifact that the build starts in"),
        ConfigurationProperty("EnvironmentVariables", summary: "a JSON list of name, value, type PLAINTEXT"),
        ConfigurationProperty("BatchEnabled", summary: "batch builds can't run here"),
        ConfigurationProperty("CombineArtifacts", summary: "belongs to batch builds"),
    ]

    static let buildspecOverride = ConfigurationProperty(
        "BuildspecOverride", summary: "a buildspec for this action: text or a path in the source")
}
