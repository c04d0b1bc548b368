import PluginKit
package import WebhookIntake

/// One entry of `hooks:`: where a host's deliveries come in.
package struct HookSettings: Sendable {
    package let name: String
    package let provider: String
    /// `nil`: its provider needs none.
    package let connection: String?
    /// Opaque; derived from the data folder's key when it isn't given.
    package let id: String?
    /// The secrets under which a delivery may be signed; empty only with `unauthenticated: true`.
    package let secrets: [String]
    /// Where deliveries may come from; empty: from anywhere.
    package let allowed: [AddressRange]
    /// What its events start beside the pipelines with a source in the repository.
    package let starts: [StartSettings]
    /// In which repositories the gateway keeps the hook at the host by itself.
    package let registration: Registration

    package enum Registration: Sendable, Equatable {
        case byHand
        /// `register: true`: in every repository that a pipeline's source names with this hook's connection.
        case whereNeeded
        /// `register: [acme/app]`
        case repositories([String])
    }

    private struct Entry: Decodable {
        var provider: String?
        var connection: String?
        var id: String?
        var secret: String?
        var secretFile: String?
        var previousSecret: String?
        var previousSecretFile: String?
        var unauthenticated: Bool?
        var allow: SettingValue?
        var starts: SettingValue?
        var register: SettingValue?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case provider, connection, id, secret, unauthenticated, allow, starts, register
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
        self.registration = try Self.registration(entry.register ?? .null, at: "\(place).register")
    }

    private static func registration(_ value: SettingValue, at place: String) throws -> Registration {
        switch value {
        case .null, .bool(false): return .byHand
        case .bool(true): return .whereNeeded
        case .list(let items):
            let repositories = items.compactMap(\.string)
            guard repositories.count == items.count, repositories.allSatisfy({ $0.contains("/") }) else { break }
            return .repositories(repositories)
        default: break
        }
        throw SettingsError(
            place: place, message: "must be true, false or a list of repositories, e.g. [acme/app, acme/web]")
    }

    /// What a URL holds as it is, so that the hook can be reached.
    private static func isSegment(_ id: String) -> Bool {
        !id.isEmpty && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    }
}
