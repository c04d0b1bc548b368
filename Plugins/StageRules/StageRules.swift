package import PluginKit

/// The stage rules that need nothing but the clock and the execution's variables.
package struct StageRules: Plugin {
    package static let description = PluginDescription(
        name: "StageRules", summary: "the rules DeploymentWindow and VariableCheck for the conditions of stages")

    package init(settings: SettingValue) throws {
        _ = try settings.decode([String: String].self, at: "modules.StageRules", knownKeys: [])
    }

    package var contributions: [Contribution] { [.rule(DeploymentWindow()), .rule(VariableCheck())] }
}
