import PluginKit
package import WebhookIntake

/// One entry of `hooks:`: where a host's deliveries come in.
package struct HookSettings: Sendable {
    package let name: String
    package let provider: String
    package let connection: String
    /// Opaque; derived from the data folder's key when it isn't given.
    package let id: String?
    /// The secrets under which a delivery may be signed; empty only with `unauthenticated: true`.
    package let secrets: [String]
    /// Where deliveries may come from; empty: from anywhere.
    package let allowed: [AddressRange]
    /// What its events start beside the pipelines with a source in the repository.
    package let starts: [StartSettings]

    private struct Entry: Decodable {
        var provider: String?
        var connection: String
        var id: String?
        var secret: String?
        var secretFile: String?
        var previousSecret: String?
        var previousSecretFile: String?
        var unauthenticated: Bool?
        var allow: SettingValue?
        var starts: SettingValue?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case provider, connection, id, secret, unauthenticated, allow, starts
            case secretFile = "secret_file"
            case previousSecret = "previous_secret"
            case previousSecretFile = "previous_secret_file"
        }
    }

    init(name: String, value: SettingValue) throws {
        let place = "hooks.\(name)"
        let entry = try value.decode(
            Entry.self, at: place, knownKeys: Set(Entry.CodingKeys.allCases.map(\.rawValue)))
        let secret = try SecretSetting.read(entry.secret, file: entry.secretFile, key: "secret", at: place)
        let previous = try SecretSetting.read(
            entry.previousSecret, file: entry.previousSecretFile, key: "previous_secret", at: place)
        let secrets = [secret, previous].compactMap { $0 }.filter { !$0.isEmpty }
        if secrets.isEmpty, entry.unauthenticated != true {
            throw SettingsError(
                place: "\(place).secret",
                message: "a hook needs a secret (or secret_file); write 'unauthenticated: true' to do without")
        }
        if let id = entry.id, !Self.isSegment(id) || secrets.contains(id) {
            throw SettingsError(
                place: "\(place).id", message: "must be of letters, digits, '-' and '_', and not the secret")
        }
        self.name = name
        self.provider = entry.provider ?? "GitHub"
        self.connection = entry.connection
        self.id = entry.id
        self.secrets = secrets
        self.allowed = try IntakeSettings.addresses(entry.allow, at: "\(place).allow")
        self.starts = try StartSettings.list(entry.starts, at: "\(place).starts")
    }

    /// What a URL holds as it is, so that the hook can be reached.
    private static func isSegment(_ id: String) -> Bool {
        !id.isEmpty && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    }
}
