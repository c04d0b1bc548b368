package import PluginKit

/// Every repository that `git` reaches: the source actions that fetch one commit, what a change touched, and where
/// branches and tags point. It speaks for all hosts; their own modules add webhooks and their APIs.
///
/// `CodeStarSourceConnection` reads through any declared connection, whatever host it names; version 1's `GitHub`
/// action carries its own token.
package struct Git: Plugin {
    package static let description = PluginDescription(
        name: "Git",
        summary: "source actions that fetch one commit from any Git host, changed paths, and where branches point",
        settings: [
            SettingDescription(
                key: "v1_connection",
                summary: "the connection whose base URL version 1 GitHub actions use, if it is declared",
                defaultValue: "github")
        ],
        // It names no host: any hook may speak for it.
        connections: [ConnectionKind(provider: "Git", hooks: [])])

    private struct Settings: Decodable {
        let v1Connection: String?
        let projects: [String: SettingValue]?
        enum CodingKeys: String, CodingKey {
            case projects
            case v1Connection = "v1_connection"
        }
    }

    private let v1Connection: String
    /// Globs of the buildspecs that projects name.
    private let instructions: [String]

    package init(settings: SettingValue) throws {
        let place = "modules.Git"
        let known = Set(Self.description.settings.map(\.key) + ["projects"])
        let decoded = try settings.decode(Settings.self, at: place, knownKeys: known)
        v1Connection = decoded.v1Connection ?? "github"
        instructions = ForkProtection.buildspecs(of: decoded.projects ?? [:])
        guard !v1Connection.isEmpty else {
            throw SettingsError(place: "\(place).v1_connection", message: "is empty; name a connection or leave it out")
        }
    }

    package var contributions: [Contribution] {
        [
            .sourceHost(GitSourceHost(provider: Self.description.name)),
            .refReader(GitRefReader()),
            .action(ConnectionSourceAction(instructions: instructions)),
            .action(GitHubSourceAction(connectionName: v1Connection, instructions: instructions)),
            .revisionProbe(BranchProbe(v1Connection: v1Connection)),
        ]
    }
}
