import PluginKit

/// `penstock modules`: works on the configuration alone.
package enum ModulesReport {
    package static func all(_ settings: ServerSettings) async throws -> [ModuleView] {
        let modules = try Modules(settings)
        let host = try GatewayHost(
            settings: settings, modules: modules, http: OfflineHTTPClient(),
            logger: try CommandLogger.make(level: "error"))
        var views: [ModuleView] = []
        for plugin in modules.plugins { views.append(ModuleView(plugin, health: await plugin.health(on: host))) }
        return views
    }

    /// - Throws: ``CommandError`` when there is no such module.
    package static func one(_ name: String, _ settings: ServerSettings) async throws -> ModuleView {
        let all = try await all(settings)
        guard let module = all.first(where: { $0.name.lowercased() == name.lowercased() }) else {
            let known = all.map(\.name).joined(separator: ", ")
            throw CommandError(.invalidInput, "there is no module '\(name)'; there are: \(known)")
        }
        return module
    }
}
