package import PluginKit

/// GitHub as a source: its webhook, what a change touched, and the two source actions that fetch a commit with `git`.
///
/// `CodeStarSourceConnection` reads through any declared connection, whatever host it names; the older `GitHub`
/// action carries its own token.
package struct GitHub: Plugin {
    package static let description = PluginDescription(
        name: "GitHub",
        summary: "webhooks of pushes and pull requests, and source actions that fetch one commit from a Git host",
        settings: [
            SettingDescription(
                key: "v1_connection",
                summary: "the connection whose base URL version 1 GitHub actions use, if it is declared",
                defaultValue: "github")
        ])

    private struct Settings: Decodable {
        let v1Connection: String?
        enum CodingKeys: String, CodingKey { case v1Connection = "v1_connection" }
    }

    private let v1Connection: String

    package init(settings: SettingValue) throws {
        let place = "modules.GitHub"
        let known = Set(Self.description.settings.map(\.key))
        let decoded = try settings.decode(Settings.self, at: place, knownKeys: known)
        v1Connection = decoded.v1Connection ?? "github"
        guard !v1Connection.isEmpty else {
            throw SettingsError(place: "\(place).v1_connection", message: "is empty; name a connection or leave it out")
        }
    }

    package var contributions: [Contribution] {
        [
            .webhook(GitHubWebhook()),
            .sourceHost(GitSourceHost(provider: Self.description.name)),
            .action(ConnectionSourceAction()),
            .action(GitHubSourceAction(connectionName: v1Connection)),
            .revisionProbe(BranchProbe(v1Connection: v1Connection)),
        ]
    }
}
