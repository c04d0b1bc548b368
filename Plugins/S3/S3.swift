package import PluginKit

/// Buckets of any S3-compatible service, and the S3 source and deploy actions.
package struct S3: Plugin {
    package static let description = PluginDescription(
        name: "S3", summary: "Buckets of an S3-compatible service; S3 source and deploy actions",
        settings: S3Settings.descriptions)

    package init(settings: SettingValue) throws {
        _ = try settings.decode([String: String].self, at: "modules.S3", knownKeys: [])
    }

    package var contributions: [Contribution] {
        [
            .objectStore(S3StoreProvider()), .action(S3SourceAction()), .action(S3DeployAction()),
            .revisionProbe(S3RevisionProbe()),
        ]
    }
}
