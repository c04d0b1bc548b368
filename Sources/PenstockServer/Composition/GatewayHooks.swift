package import Foundation
package import PipelineModel
package import WebhookIntake
import PluginKit
import Synchronization

/// The hooks of the configuration, each joined with its connection as that is now: one that the API has made may be
/// completed, changed or taken away while the gateway runs.
package final class GatewayHooks: HookDirectory {
    private let settings: ServerSettings
    private let modules: Modules
    private let connections: ConnectionTable
    private let idKey: Data
    private let hooks: Mutex<(byID: [HookID: Hook], all: [Hook])>

    /// - Throws: ``SettingsError`` when a hook names a module or connection that isn't there.
    package init(_ settings: ServerSettings, modules: Modules, connections: ConnectionTable, idKey: Data) throws {
        self.settings = settings
        self.modules = modules
        self.connections = connections
        self.idKey = idKey
        let joined = try HookTable.hooks(settings, modules: modules, connections: connections, idKey: idKey)
        hooks = Mutex((Self.byID(joined), joined))
    }

    package func hook(_ id: HookID) -> Hook? { hooks.withLock { $0.byID[id] } }

    /// In the order of their names.
    package func all() -> [Hook] { hooks.withLock { $0.all } }

    /// Called after connections have changed. A hook whose connection is gone stays, and starts nothing.
    package func refresh() {
        let former = all()
        let joined = zip(settings.hooks, former).map { entry, former in
            do {
                return try HookTable.hook(
                    entry, settings, translators: modules.translators, connections: connections, idKey: idKey)
            } catch {
                var hook = former
                hook.standstill = "the connection '\(entry.connection ?? "")' was deleted"
                return hook
            }
        }
        hooks.withLock { $0 = (Self.byID(joined), joined) }
    }

    private static func byID(_ hooks: [Hook]) -> [HookID: Hook] {
        Dictionary(hooks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
