import ExternalModules
import Foundation
import PipelineModel
package import PluginKit

/// What a connection may say, as the modules declare it: a slip of the pen is an error at the start, in `doctor` and in
/// `connections complete`, and nothing that is silently without effect.
package struct ConnectionRules: Sendable {
    /// What every connection may say, whatever its provider: sources are read by Git, and the gateway heeds the rest.
    private static let commonOptions: Set<String> = ["forks", "fork_protected", "host_keys", "statuses"]
    private static let commonSecrets: Set<String> = ["ssh_key"]

    private let kinds: [String: ConnectionKind]
    /// Providers of external modules: what their connections may say is theirs to know.
    private let others: Set<String>

    package init(_ modules: Modules) {
        kinds = Dictionary(
            modules.loaded.flatMap(\.description.connections).map { ($0.provider, $0) },
            uniquingKeysWith: { first, _ in first })
        others = Set(modules.external.flatMap(\.contributions).compactMap(\.provider))
    }

    /// - Throws: ``SettingsError`` at the first connection of the configuration that can't be used.
    package func check(_ connections: [Connection]) throws {
        for connection in connections {
            guard let fault = fault(in: connection) else { continue }
            throw SettingsError(place: "connections.\(connection.name).\(fault.member)", message: fault.message)
        }
    }

    package func fault(in connection: Connection) -> ConnectionFault? {
        guard let kind = kinds[connection.provider] else {
            guard !others.contains(connection.provider) else { return nil }
            let known = (Set(kinds.keys).union(others)).sorted().joined(separator: ", ")
            return ConnectionFault("provider", "no module knows '\(connection.provider)'; there are: \(known)")
        }
        return unknown(connection.options.keys, "options", known: kind.options.union(Self.commonOptions), kind)
            ?? unknown(connection.secrets.keys, "secrets", known: kind.secrets.union(Self.commonSecrets), kind)
            ?? kind.fault(connection)
    }

    private func unknown(
        _ keys: some Sequence<String>, _ member: String, known: Set<String>, _ kind: ConnectionKind
    ) -> ConnectionFault? {
        keys.sorted().first { !known.contains($0) }.map { key in
            ConnectionFault(
                "\(member).\(key)",
                "unknown to a connection to \(kind.provider); known here: \(known.sorted().joined(separator: ", "))")
        }
    }

    /// Why a hook can't speak for a connection; `nil` when it can. Git's connections name no host, so any hook may be
    /// theirs, and a hook of something that is no Git host may name any connection.
    package func complaint(aboutHook provider: String, for connection: Connection) -> String? {
        guard let kind = kinds[connection.provider], !kind.hooks.isEmpty, !kind.hooks.contains(provider),
            kinds.values.contains(where: { $0.hooks.contains(provider) })
        else { return nil }
        return "'\(provider)' is not the host of the connection '\(connection.name)', which is to "
            + "\(connection.provider): write \(kind.hooks.sorted().joined(separator: " or ")), or name another connection"
    }
}

extension Contribution {
    /// Of what speaks for connections or reads hooks.
    fileprivate var provider: String? {
        switch self {
        case .webhook(let webhook): webhook.name
        case .deferredWebhook(let webhook): webhook.name
        default: nil
        }
    }
}
