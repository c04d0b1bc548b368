package import PluginKit

/// Bitbucket, in both of its forms: Cloud (`Bitbucket`) and Data Center or Server (`BitbucketServer`). Connections and
/// hooks name the form as their provider.
package struct Bitbucket: Plugin {
    package static let description = PluginDescription(
        name: "Bitbucket", summary: "Bitbucket Cloud and Data Center: webhooks, hooks, statuses, open facts",
        connections: [
            ConnectionKind(
                provider: BitbucketForm.cloud, options: ["api_user", "oauth_key", "oauth_url"],
                secrets: ["oauth_secret"], fault: BitbucketCredentialIssuer.fault),
            ConnectionKind(provider: BitbucketForm.server),
        ])

    package init(settings: SettingValue) throws {
        struct NoSettings: Decodable {}
        _ = try settings.decode(NoSettings.self, at: "modules.Bitbucket", knownKeys: [])
    }

    package var contributions: [Contribution] {
        [
            .webhook(BitbucketWebhook()), .webhook(BitbucketServerWebhook()),
            .credentialIssuer(BitbucketCredentialIssuer(provider: BitbucketForm.cloud)),
            .credentialIssuer(BitbucketCredentialIssuer(provider: BitbucketForm.server)),
            .statusReporter(BitbucketStatuses()), .statusReporter(BitbucketServerStatuses()),
            .hookRegistrar(BitbucketHooks()), .hookRegistrar(BitbucketServerHooks()),
            .eventResolver(BitbucketResolver()), .eventResolver(BitbucketServerResolver()),
        ]
    }
}
