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
        let rules = ConnectionRules(modules)
        for (entry, hook) in zip(settings.hooks, hooks) {
            guard let complaint = rules.complaint(aboutHook: entry.provider, for: hook.connection) else { continue }
            throw SettingsError(place: "hooks.\(entry.name).provider", message: complaint)
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
        let connection = try connection(of: entry, needed: translator.scheme.needsConnection, connections)
        var hook = Hook(
            id: entry.id.map { HookID($0) } ?? id(of: entry.name, key: idKey), name: entry.name,
            translator: translator.reading(for: connection),
            authentication: entry.secrets.isEmpty
                ? .unauthenticated : .secrets(entry.secrets.map { Data($0.utf8) }),
            connection: connection, servesGitHubV1: entry.connection == .some(v1Connection(of: settings)),
            allowed: entry.allowed,
            rules: entry.starts.map { $0.rule(webhookARN: webhookARN(entry.name, settings)) })
        if connection.url.isEmpty, entry.connection != nil { hook.standstill = ConnectionTable.remedy(for: connection) }
        return hook
    }

    /// A hook without one speaks for no repository: only its own `starts` start anything.
    private static func connection(
        of entry: HookSettings, needed: Bool, _ connections: ConnectionTable
    ) throws -> Connection {
        let place = "hooks.\(entry.name).connection"
        guard let name = entry.connection else {
            guard !needed else {
                throw SettingsError(
                    place: place, message: "is missing: name the connection under connections: that it speaks for")
            }
            guard entry.registration == .byHand else {
                throw SettingsError(
                    place: "hooks.\(entry.name).register", message: "needs a connection, at whose host hooks are made")
            }
            return Connection(name: "-", arn: "", provider: entry.provider, url: "")
        }
        if let known = connections.connection(named: name) ?? connections.pending(named: name) { return known }
        throw SettingsError(
            place: place,
            message: "there is no connection '\(name)'; add it under connections:, or make it with "
                + "'aws codeconnections create-connection' before this hook")
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
