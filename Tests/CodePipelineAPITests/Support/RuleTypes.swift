import PipelineModel
import PluginKit

/// Rules that modules of a test's gateway provide. CloudWatchAlarm and LambdaInvoke are missing on purpose.
extension [RuleTypeDescription] {
    static let some: [RuleTypeDescription] = [
        RuleTypeDescription(
            id: RuleTypeID(provider: "DeploymentWindow"),
            configuration: [ConfigurationProperty("Cron", required: true), ConfigurationProperty("TimeZone")]),
        RuleTypeDescription(
            id: RuleTypeID(provider: "VariableCheck"),
            configuration: ["Variable", "Value", "Operator"].map { ConfigurationProperty($0, required: true) },
            maySkip: true),
        RuleTypeDescription(
            id: RuleTypeID(provider: "Commands"), configuration: [], inputArtifacts: 1...2, takesCommands: true),
        RuleTypeDescription(
            id: RuleTypeID(provider: "Probe"),
            configuration: [
                ConfigurationProperty("Token", secret: true, summary: "what the probe shows at the door"),
                ConfigurationProperty("Target"),
            ],
            inputArtifacts: 0...1),
    ]
}
