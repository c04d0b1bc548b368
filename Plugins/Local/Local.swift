package import PluginKit

/// The embedded object store: buckets as folders of this machine, for gateways without an S3-compatible store.
package struct Local: Plugin {
    package static let description = PluginDescription(
        name: "Local", summary: "Buckets as folders on this machine; the default for a bucket without an entry",
        settings: [
            SettingDescription(
                key: "path", summary: "stores.BUCKET.path: the bucket's folder", defaultValue: "in the data folder")
        ])

    private let stores = LocalStoreProvider()

    package init(settings: SettingValue) throws {
        _ = try settings.decode([String: String].self, at: "modules.Local", knownKeys: [])
    }

    package var contributions: [Contribution] { [.objectStore(stores)] }
}
