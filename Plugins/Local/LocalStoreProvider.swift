import Foundation
package import PipelineModel
package import PluginKit

/// Opens a folder for each bucket that the configuration gives to `Local`, or to no module.
package struct LocalStoreProvider: ObjectStoreProvider {
    package let name = "Local"

    package init() {}

    /// Opening twice is harmless: what another opening is writing is recognised by its lock.
    ///
    /// - Throws: ``SettingsError`` for an unknown setting, a relative `path`, or a folder that can't be made.
    package func store(
        for bucket: BucketName, settings: SettingValue, host: any PluginHost
    ) throws -> any ObjectStore {
        let place = "stores.\(bucket)"
        let settings = try settings.decode(Settings.self, at: place, knownKeys: ["path"])
        guard !bucket.rawValue.isEmpty, !bucket.rawValue.contains("/"), !bucket.rawValue.hasPrefix(".") else {
            throw SettingsError(place: place, message: "a bucket's name may not be empty, begin with '.' or hold '/'")
        }
        let folder: URL
        if let path = settings.path {
            guard path.hasPrefix("/") else {
                throw SettingsError(place: "\(place).path", message: "'\(path)' must be an absolute path")
            }
            folder = URL(fileURLWithPath: path, isDirectory: true)
        } else {
            folder = try host.stateFolder(for: name).appendingPathComponent(bucket.rawValue, isDirectory: true)
        }
        do {
            return try LocalStore(bucket: bucket, folder: folder, now: { host.now() })
        } catch {
            throw SettingsError(
                place: place, message: "the folder \(folder.path) can't be used: \(error); check who owns it")
        }
    }

    private struct Settings: Decodable { var path: String? }
}
