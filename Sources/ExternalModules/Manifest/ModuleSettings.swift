package import PluginKit

/// The settings of one external module: checked against its manifest, completed by its defaults.
package struct ModuleSettings: Sendable {
    let values: [String: SettingValue]
    /// The texts that must not appear in any log.
    let secrets: [String]
    var terms: ModuleTerms

    /// - Parameter value: the module's entry under `modules:`, secrets in place (not as `KEY_file`).
    /// - Throws: ``SettingsError`` naming the setting.
    package init(_ value: SettingValue, of manifest: ModuleManifest) throws {
        let place = "modules.\(manifest.name)"
        var given: [String: SettingValue] = [:]
        switch value {
        case .null: break
        case .map(let members): given = members.filter { $0.value != .null }
        default: throw SettingsError(place: place, message: "must be a map of settings")
        }
        terms = try ModuleTerms(given, of: manifest)
        for key in ModuleTerms.keys { given[key] = nil }
        let known = manifest.settings.map(\.key)
        if let unknown = given.keys.sorted().first(where: { !known.contains($0) }) {
            throw SettingsError(
                place: "\(place).\(unknown)",
                message: "unknown setting; known here: \((known + ModuleTerms.keys).joined(separator: ", "))")
        }
        for setting in manifest.settings where given[setting.key] == nil {
            guard !setting.isRequired else {
                throw SettingsError(
                    place: "\(place).\(setting.key)", message: "the module needs this setting: \(setting.summary)")
            }
            given[setting.key] = setting.defaultValue
        }
        values = given
        secrets = manifest.settings.filter(\.isSecret).compactMap { given[$0.key]?.string }.filter { !$0.isEmpty }
    }
}
