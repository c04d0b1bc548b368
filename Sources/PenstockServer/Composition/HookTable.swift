import Crypto
package import Foundation
package import PipelineModel
import PluginKit
package import WebhookIntake

/// The hooks of the configuration, joined with their modules and connections.
package enum HookTable {
    /// - Throws: ``SettingsError`` when a hook names a module or connection that isn't there.
    package static func hooks(
        _ settings: ServerSettings, modules: Modules, connections: ConnectionTable, idKey: Data
    ) throws -> [Hook] {
        let translators = modules.translators
        let hooks = try settings.hooks.map {
            try hook($0, settings, translators: translators, connections: connections, idKey: idKey)
        }
        for (id, same) in Dictionary(grouping: hooks, by: \.id) where same.count > 1 {
            throw SettingsError(
                place: "hooks.\(same[1].name).id",
                message: "'\(id)' is the id of the hook \(same[0].name) too; each needs its own")
        }
        return hooks
    }

    /// One that names a pending connection takes deliveries in, but starts nothing.
    static func hook(
        _ entry: HookSettings, _ settings: ServerSettings, translators: [String: Hook.Translator],
        connections: ConnectionTable, idKey: Data
    ) throws -> Hook {
        guard let translator = translators[entry.provider] else {
            let known = translators.keys.sorted().joined(separator: ", ")
            throw SettingsError(
                place: "hooks.\(entry.name).provider",
                message: "no module '\(entry.provider)' reads webhooks; there are: \(known)")
        }
        let pending = connections.pending(named: entry.connection)
        guard let connection = connections.connection(named: entry.connection) ?? pending else {
            throw SettingsError(
                place: "hooks.\(entry.name).connection",
                message: "there is no connection '\(entry.connection)'; add it under connections:")
        }
        var hook = Hook(
            id: entry.id.map { HookID($0) } ?? id(of: entry.name, key: idKey), name: entry.name,
            translator: translator.reading(for: connection),
            authentication: entry.secrets.isEmpty
                ? .unauthenticated : .secrets(entry.secrets.map { Data($0.utf8) }),
            connection: connection, servesGitHubV1: entry.connection == v1Connection(of: settings),
            allowed: entry.allowed,
            rules: entry.starts.map { $0.rule(webhookARN: webhookARN(entry.name, settings)) })
        if connection.url.isEmpty { hook.standstill = ConnectionTable.remedy(for: connection) }
        return hook
    }

    /// The connection that `GitHub` v1 actions belong to, which name none.
    static func v1Connection(of settings: ServerSettings) -> String {
        settings.modules["Git"]?["v1_connection"]?.string ?? "github"
    }

    /// The ARN of a hook by its name.
    package static func webhookARN(_ name: String, _ settings: ServerSettings) -> String {
        "arn:aws:codepipeline:\(settings.region):\(settings.account):webhook:\(name)"
    }

    /// Opaque, and the same at every start: 128 bits of a MAC of the hook's name under the data folder's key.
    package static func id(of name: String, key: Data) -> HookID {
        let code = HMAC<SHA256>.authenticationCode(for: Data("hook:\(name)".utf8), using: SymmetricKey(data: key))
        return HookID(code.prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }

    /// The key from which hook ids are derived, made on first use: by `serve` or by a command beside it.
    package static func idKey(in folder: URL) throws -> Data {
        let file = folder.appending(path: "hooks.key")
        if !FileManager.default.fileExists(atPath: file.path) {
            try PrivateFile.writeIfAbsent(SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }, to: file)
        }
        guard let key = FileManager.default.contents(atPath: file.path) else {
            throw CommandError(.invalidInput, "\(file.path) can't be read; it must belong to this user")
        }
        guard key.count == 32 else {
            throw CommandError(
                .invalidInput,
                "\(file.path) is damaged: it must hold 32 bytes; remove it to have it made anew (hooks get new URLs)")
        }
        return key
    }
}

extension Hook.Translator {
    fileprivate func reading(for connection: Connection) -> Hook.Translator {
        switch self {
        case .immediate(let provider): .immediate(provider.reader(for: connection))
        case .deferred: self
        }
    }
}
