package import PluginKit

/// Gitea, and the forges that speak its language: Forgejo and Gogs.
package struct Gitea: Plugin {
    package static let description = PluginDescription(
        name: "Gitea",
        summary: "webhooks of Gitea, Forgejo and Gogs; commit statuses and hooks of Gitea and Forgejo",
        connections: GiteaDialect.allCases.map {
            // A forge may send in the words of another, whose fork it is.
            ConnectionKind(provider: $0.rawValue, hooks: Set(GiteaDialect.allCases.map(\.rawValue)))
        })

    package init(settings: SettingValue) throws {
        struct NoSettings: Decodable {}
        _ = try settings.decode(NoSettings.self, at: "modules.Gitea", knownKeys: [])
    }

    package var contributions: [Contribution] {
        GiteaDialect.allCases.map { .webhook(GiteaWebhook($0)) }
            + GiteaDialect.withAPI.flatMap { dialect -> [Contribution] in
                [
                    .eventResolver(GiteaResolver(dialect)),
                    .hookRegistrar(GiteaHooks(dialect)),
                    .statusReporter(GiteaStatuses(dialect)),
                ]
            }
    }
}
