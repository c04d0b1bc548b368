package import PluginKit

/// GitHub (github.com and Enterprise): its webhook.
package struct GitHub: Plugin {
    package static let description = PluginDescription(
        name: "GitHub", summary: "webhooks of pushes, tags and pull requests")

    package init(settings: SettingValue) throws {
        struct NoSettings: Decodable {}
        _ = try settings.decode(NoSettings.self, at: "modules.GitHub", knownKeys: [])
    }

    package var contributions: [Contribution] {
        [.webhook(GitHubWebhook())]
    }
}
