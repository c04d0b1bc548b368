import Isolation
import PluginKit

/// What `modules.NAME` says to the gateway about the module, beside the module's own settings.
struct ModuleTerms: Sendable {
    /// Members of `modules.NAME` that no module may have as settings.
    static let keys = ["isolation", "forks"]

    let isolation: IsolationMode
    /// Whether its actions get jobs of executions that a fork's pull request started.
    let forks: ForkAdmission
    /// Shared by all lives of the module's process.
    let check: IsolationCheck
}

extension ModuleTerms {
    /// - Throws: ``SettingsError`` naming the setting.
    init(_ given: [String: SettingValue], of manifest: ModuleManifest) throws {
        let place = "modules.\(manifest.name)"
        func text(_ key: String) throws -> String? {
            guard let value = given[key] else { return nil }
            guard let text = value.string else {
                throw SettingsError(place: "\(place).\(key)", message: "must be a text")
            }
            return text
        }
        let mode = try text("isolation") ?? IsolationMode.bubblewrap.rawValue
        guard let isolation = IsolationMode(rawValue: mode) else {
            throw SettingsError(place: "\(place).isolation", message: "'\(mode)' is unknown; write bubblewrap or none")
        }
        self.isolation = isolation
        forks = try ForkAdmission(try text("forks"), at: "\(place).forks")
        check = IsolationCheck(
            setting: "\(place).isolation", subject: "this module", hasNetwork: manifest.hasNetwork)
    }
}
