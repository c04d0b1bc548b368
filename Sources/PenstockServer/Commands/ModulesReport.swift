import CurlTransport
package import ExternalModules
package import Foundation
import PluginKit

/// `penstock modules`: what a running gateway says of its modules, else the configuration alone.
package enum ModulesReport {
    package static func all(_ settings: ServerSettings) async throws -> [ModuleView] {
        if let live = await ofRunningGateway(settings) { return live.modules }
        let modules = try Modules(settings)
        let host = try GatewayHost(
            settings: settings, modules: modules, http: OfflineHTTPClient(),
            logger: try CommandLogger.make(level: "error"))
        var views: [ModuleView] = []
        for module in modules.loaded { views.append(ModuleView(module, health: await module.health(on: host))) }
        return views
    }

    /// The hosts that a running gateway leaves alone at the moment, each with the reason.
    package static func outages(_ settings: ServerSettings) async -> [HostView] {
        await ofRunningGateway(settings)?.hosts?.filter { $0.state != GuardedClient.HostState.Word.ok.rawValue } ?? []
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

    /// `nil` when none has noted its endpoint in the data folder, or it doesn't answer any more.
    private static func ofRunningGateway(_ settings: ServerSettings) async -> ModuleList? {
        guard let endpoint = Endpoint.noted(in: settings.dataFolder),
            let client = try? PenstockClient(settings, endpoint: endpoint)
        else { return nil }
        let list = try? await client.call("ListModules", as: ModuleList.self)
        await client.close()
        return list
    }

    /// Runs the conformance suite against the module in a folder, with its settings from the configuration.
    ///
    /// - Returns: whether every check has passed.
    package static func check(
        _ folder: URL, _ settings: ServerSettings, report: @escaping @Sendable (ModuleConformance.Check) -> Void
    ) async throws -> Bool {
        let scratch = FileManager.default.temporaryDirectory.appending(
            path: "penstock-check-\(UUID().uuidString.lowercased())")
        try FileManager.default.createDirectory(
            at: scratch, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: scratch) }
        return await ModuleConformance(
            folder: folder, settings: try Self.settings(ofModuleIn: folder, settings), scratch: scratch,
            hidden: [settings.dataFolder] + settings.secretFiles,
            logger: try CommandLogger.make(level: settings.logLevel == "info" ? "error" : settings.logLevel),
            report: report
        ).run()
    }

    /// A manifest that can't be read is the suite's to tell.
    private static func settings(ofModuleIn folder: URL, _ settings: ServerSettings) throws -> SettingValue {
        guard let manifest = try? ManifestReader.read(folder) else { return .null }
        return try ExternalModuleCatalog.settings(of: manifest, in: settings)
    }

    /// The vocabulary of source events as a JSON Schema.
    package static var eventsSchema: String { EventSchema.text }
}
