package import ExternalModules
package import PluginKit

/// One module of a gateway, bundled or external: what is shown and used of both alike.
package struct LoadedModule: Sendable {
    package enum Kind: String, Sendable { case bundled, external }

    package let kind: Kind
    package let description: PluginDescription
    package let contributions: [Contribution]
    /// The child process's module; `nil` for a bundled one.
    package let external: ExternalModule?
    private let findings: @Sendable (any PluginHost) async -> [HealthFinding]

    package init(_ plugin: any Plugin) {
        kind = .bundled
        description = type(of: plugin).description
        contributions = plugin.contributions
        external = nil
        findings = { await plugin.health(on: $0) }
    }

    package init(_ module: ExternalModule) {
        kind = .external
        description = module.manifest.description
        contributions = module.contributions
        external = module
        findings = { await module.health(on: $0) }
    }

    package func health(on host: any PluginHost) async -> [HealthFinding] { await findings(host) }
}
