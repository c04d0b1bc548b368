import BitbucketPlugin
import CodeBuildPlugin
package import ExternalModules
import GitHubPlugin
import GitLabPlugin
import GitPlugin
import GiteaPlugin
import JenkinsPlugin
import LocalPlugin
import PipelineModel
package import PluginKit
import S3Plugin
import StageRulesPlugin
package import WebhookIntake

/// The bundled modules: the one list, and the only place that imports plugins.
package enum PluginCatalog {
    package static let all: [any Plugin.Type] = [
        Bitbucket.self, CodeBuild.self, Git.self, GitHub.self, GitLab.self, Gitea.self, Jenkins.self, Local.self,
        S3.self, StageRules.self,
    ]
}

/// The modules of one gateway, made with their settings.
package struct Modules: Sendable {
    /// The bundled ones first, then those of the modules folder.
    package let loaded: [LoadedModule]

    /// - Throws: ``SettingsError`` when a module is unknown or refuses its settings.
    package init(_ settings: ServerSettings) throws {
        let external = try ExternalModuleCatalog.load(settings)
        let names = PluginCatalog.all.map { $0.description.name } + external.map(\.manifest.name)
        if let unknown = settings.modules.keys.sorted().first(where: { !names.contains($0) }) {
            throw SettingsError(
                place: "modules.\(unknown)",
                message: "there is no such module; there are: \(names.joined(separator: ", "))")
        }
        loaded =
            try PluginCatalog.all.map {
                LoadedModule(try $0.init(settings: Self.settings(of: $0.description.name, in: settings)))
            } + external.map(LoadedModule.init)
        try ExternalModuleCatalog.checkNames(loaded)
    }

    /// CodeBuild's projects stand at the top of the configuration, as a map of their own. Git keeps forks from changing
    /// the buildspecs that they name.
    private static func settings(of module: String, in settings: ServerSettings) -> SettingValue {
        guard module == "CodeBuild" || module == "Git" else { return settings.modules[module] ?? .map([:]) }
        guard case .map(var members)? = settings.modules[module] ?? .map([:]) else {
            return settings.modules[module] ?? .null
        }
        members["projects"] = settings.projects
        return .map(members)
    }

    package var contributions: [Contribution] { loaded.flatMap(\.contributions) }
    package var external: [ExternalModule] { loaded.compactMap(\.external) }

    /// By the name in a hook's `provider:`.
    package var translators: [String: Hook.Translator] {
        var found: [String: Hook.Translator] = [:]
        for contribution in contributions {
            switch contribution {
            case .webhook(let provider): found[provider.name] = .immediate(provider)
            case .deferredWebhook(let provider): found[provider.name] = .deferred(provider)
            default: break
            }
        }
        return found
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
    package var eventResolvers: [any EventResolver] {
        contributions.compactMap { if case .eventResolver(let resolver) = $0 { resolver } else { nil } }
    }
    package var refReaders: [any RefReader] {
        contributions.compactMap { if case .refReader(let reader) = $0 { reader } else { nil } }
    }
    package var credentialIssuers: [any CredentialIssuer] {
        contributions.compactMap { if case .credentialIssuer(let issuer) = $0 { issuer } else { nil } }
    }
    package var hookRegistrars: [any HookRegistrar] {
        contributions.compactMap { if case .hookRegistrar(let registrar) = $0 { registrar } else { nil } }
    }
    package var deliveryLogs: [any DeliveryLog] {
        contributions.compactMap { if case .deliveryLog(let log) = $0 { log } else { nil } }
    }
    package var statusReporters: [any CommitStatusReporter] {
        contributions.compactMap { if case .statusReporter(let reporter) = $0 { reporter } else { nil } }
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
