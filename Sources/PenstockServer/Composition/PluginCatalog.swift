import CodeBuildPlugin
import GitHubPlugin
import LocalPlugin
import PipelineModel
package import PluginKit
import S3Plugin
import StageRulesPlugin

/// The bundled modules: the one list, and the only place that imports plugins.
package enum PluginCatalog {
    package static let all: [any Plugin.Type] = [
        CodeBuild.self, GitHub.self, Local.self, S3.self, StageRules.self,
    ]
}

/// The modules of one gateway, made with their settings.
package struct Modules: Sendable {
    package let plugins: [any Plugin]

    /// - Throws: ``SettingsError`` when a module is unknown or refuses its settings.
    package init(_ settings: ServerSettings) throws {
        let names = PluginCatalog.all.map { $0.description.name }
        if let unknown = settings.modules.keys.sorted().first(where: { !names.contains($0) }) {
            throw SettingsError(
                place: "modules.\(unknown)",
                message: "there is no such module; there are: \(names.joined(separator: ", "))")
        }
        plugins = try PluginCatalog.all.map {
            try $0.init(settings: Self.settings(of: $0.description.name, in: settings))
        }
    }

    /// CodeBuild's projects stand at the top of the configuration, as a map of their own.
    private static func settings(of module: String, in settings: ServerSettings) -> SettingValue {
        guard module == "CodeBuild" else { return settings.modules[module] ?? .map([:]) }
        guard case .map(var members)? = settings.modules[module] ?? .map([:]) else {
            return settings.modules[module] ?? .null
        }
        members["projects"] = settings.projects
        return .map(members)
    }

    package var contributions: [Contribution] { plugins.flatMap(\.contributions) }

    package var webhooks: [any WebhookProvider] {
        contributions.compactMap { if case .webhook(let provider) = $0 { provider } else { nil } }
    }
    package var actions: [any ActionProvider] {
        contributions.compactMap { if case .action(let provider) = $0 { provider } else { nil } }
    }
    package var rules: [any RuleProvider] {
        contributions.compactMap { if case .rule(let provider) = $0 { provider } else { nil } }
    }
    package var sourceHosts: [any SourceHost] {
        contributions.compactMap { if case .sourceHost(let host) = $0 { host } else { nil } }
    }
    package var revisionProbes: [any RevisionProbe] {
        contributions.compactMap { if case .revisionProbe(let probe) = $0 { probe } else { nil } }
    }
    package var notifiers: [any Notifier] {
        contributions.compactMap { if case .notifier(let notifier) = $0 { notifier } else { nil } }
    }
    package var objectStores: [any ObjectStoreProvider] {
        contributions.compactMap { if case .objectStore(let provider) = $0 { provider } else { nil } }
    }
    package var documents: [any DocumentValidator] {
        contributions.compactMap { if case .document(let validator) = $0 { validator } else { nil } }
    }
}
