package import PluginKit

/// GitLab (gitlab.com and self-managed): its webhooks, its API, and its log of deliveries.
package struct GitLab: Plugin {
    package static let description = PluginDescription(
        name: "GitLab",
        summary: "webhooks of pushes, tags, merge requests, pipelines and releases; commit statuses; hooks kept right",
        connections: [ConnectionKind(provider: "GitLab", options: ["token_type"], fault: GitLabAPI.fault)])

    package init(settings: SettingValue) throws {
        struct NoSettings: Decodable {}
        _ = try settings.decode(NoSettings.self, at: "modules.GitLab", knownKeys: [])
    }

    package var contributions: [Contribution] {
        [
            .webhook(GitLabWebhook()),
            .eventResolver(GitLabResolver()),
            .hookRegistrar(GitLabHooks()),
            .deliveryLog(GitLabDeliveries()),
            .statusReporter(GitLabStatuses()),
        ]
    }
}
