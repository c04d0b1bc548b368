package import PluginKit

/// GitHub (github.com and Enterprise): its webhook, and what its API adds to it.
package struct GitHub: Plugin {
    package static let description = PluginDescription(
        name: "GitHub", summary: "webhooks, their registration and recovery, commit statuses, and Apps' credentials",
        connections: [
            ConnectionKind(
                provider: "GitHub", options: ["app_id", "installation_id", "owner"], secrets: ["private_key"],
                fault: GitHubApp.fault)
        ])

    package init(settings: SettingValue) throws {
        struct NoSettings: Decodable {}
        _ = try settings.decode(NoSettings.self, at: "modules.GitHub", knownKeys: [])
    }

    package var contributions: [Contribution] {
        [
            .webhook(GitHubWebhook()),
            .eventResolver(GitHubEventResolver()),
            .credentialIssuer(GitHubApp()),
            .hookRegistrar(GitHubHooks()),
            .deliveryLog(GitHubDeliveries()),
            .statusReporter(GitHubReports()),
        ]
    }
}
