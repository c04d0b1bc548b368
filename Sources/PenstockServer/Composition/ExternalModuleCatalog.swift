import ExternalModules
import Foundation
import PipelineModel
import PluginKit

/// The external modules of the modules folder, made with their settings. Nothing is started here.
enum ExternalModuleCatalog {
    /// - Throws: ``SettingsError`` naming the manifest or the setting that can't be used.
    static func load(_ settings: ServerSettings) throws -> [ExternalModule] {
        try ModulesFolder.manifests(in: settings.modulesFolder).map { manifest in
            try ExternalModule(manifest, settings: try self.settings(of: manifest, in: settings))
        }
    }

    /// The entry under `modules:`, with secrets that stand in files (`KEY_file`) read.
    static func settings(of manifest: ModuleManifest, in settings: ServerSettings) throws -> SettingValue {
        let entry = settings.modules[manifest.name] ?? .map([:])
        guard case .map(var members) = entry else { return entry }
        let place = "modules.\(manifest.name)"
        for setting in manifest.settings where setting.isSecret {
            guard let file = members.removeValue(forKey: "\(setting.key)_file") else { continue }
            let secret = try SecretSetting.read(
                members[setting.key]?.scalarText, file: file.string ?? "", key: setting.key, at: place)
            members[setting.key] = secret.map { .string($0) }
        }
        return .map(members)
    }

    /// Names that would be two things at once.
    ///
    /// - Throws: ``SettingsError`` naming the manifest of the module that came second.
    static func checkNames(_ modules: [LoadedModule]) throws {
        var names: [String: LoadedModule] = [:]
        var webhooks: [String: LoadedModule] = [:]
        var actions: [ActionTypeID: LoadedModule] = [:]
        for module in modules {
            try claim(module.description.name.lowercased(), "name", by: module, in: &names)
            for contribution in module.contributions {
                switch contribution {
                case .webhook(let provider): try claim(provider.name, "webhook", by: module, in: &webhooks)
                case .deferredWebhook(let provider): try claim(provider.name, "webhook", by: module, in: &webhooks)
                case .action(let provider): try claim(provider.type.id, "action", by: module, in: &actions)
                default: continue
                }
            }
        }
    }

    private static func claim<Name: Hashable>(
        _ name: Name, _ what: String, by module: LoadedModule, in owners: inout [Name: LoadedModule]
    ) throws {
        guard let owner = owners.updateValue(module, forKey: name), let manifest = module.external?.manifest else {
            return
        }
        let place = manifest.folder.appending(path: ModuleManifest.fileName).path
        throw SettingsError(
            place: place,
            message: "the \(what) '\(name)' is the \(owner.kind.rawValue) module \(owner.description.name)'s already; "
                + "give it another name, or take one of the modules out of the folder")
    }
}
