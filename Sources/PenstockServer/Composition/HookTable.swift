import Crypto
package import Foundation
package import PipelineModel
package import PluginKit
package import WebhookIntake

/// The hooks of the configuration, joined with their modules and connections.
package enum HookTable {
    /// - Throws: ``SettingsError`` when a hook names a module or connection that isn't there.
    package static func hooks(
        _ settings: ServerSettings, modules: Modules, connections: any Connections, idKey: Data
    ) throws -> [Hook] {
        let providers = modules.webhooks
        let v1Connection = settings.modules["GitHub"]?["v1_connection"]?.string ?? "github"
        return try settings.hooks.map { entry in
            guard let provider = providers.first(where: { $0.name == entry.provider }) else {
                let known = providers.map(\.name).joined(separator: ", ")
                throw SettingsError(
                    place: "hooks.\(entry.name).provider",
                    message: "no module '\(entry.provider)' reads webhooks; there are: \(known)")
            }
            guard let connection = connections.connection(named: entry.connection) else {
                throw SettingsError(
                    place: "hooks.\(entry.name).connection",
                    message: "there is no connection '\(entry.connection)'; add it under connections:")
            }
            return Hook(
                id: entry.id.map { HookID($0) } ?? id(of: entry.name, key: idKey), name: entry.name, provider: provider,
                authentication: entry.secrets.isEmpty
                    ? .unauthenticated : .secrets(entry.secrets.map { Data($0.utf8) }),
                connection: connection, servesGitHubV1: entry.connection == v1Connection)
        }
    }

    /// Opaque, and the same at every start: 128 bits of a MAC of the hook's name under the data folder's key.
    package static func id(of name: String, key: Data) -> HookID {
        let code = HMAC<SHA256>.authenticationCode(for: Data("hook:\(name)".utf8), using: SymmetricKey(data: key))
        return HookID(code.prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }

    /// The key from which hook ids are derived, made on first use.
    package static func idKey(in folder: URL) throws -> Data {
        let file = folder.appending(path: "hooks.key")
        if let key = try? Data(contentsOf: file) {
            guard key.count == 32 else {
                throw CommandError(.invalidInput, "\(file.path) is damaged: it must hold 32 bytes")
            }
            return key
        }
        let key = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        try PrivateFile.write(key, to: file)
        return key
    }
}
