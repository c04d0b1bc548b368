package import Foundation
import PluginKit

/// The folder in which each external module has a folder of its own.
package enum ModulesFolder {
    /// Every module, in the order of the folders' names. A folder that isn't there holds none; what isn't a folder,
    /// and names that start with a dot or an underscore, are passed over.
    ///
    /// - Throws: ``SettingsError`` for the first folder whose manifest can't be used.
    package static func manifests(in folder: URL) throws -> [ModuleManifest] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        try FileOwner.check(folder)
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        } catch {
            throw SettingsError(place: folder.path, message: "can't be listed: \(error.localizedDescription)")
        }
        return try names.filter { !$0.hasPrefix(".") && !$0.hasPrefix("_") }.compactMap { name in
            let module = folder.appending(path: name, directoryHint: .isDirectory)
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: module.path, isDirectory: &isFolder), isFolder.boolValue else {
                return nil
            }
            return try ManifestReader.read(module)
        }
    }
}
