import Logging
package import PluginKit
import ServiceLifecycle

/// Keeps the eager modules up while the gateway runs, and ends all of them with it.
///
/// Place it before the rooms that use modules: services end in the reverse order.
package struct ExternalModuleHost: Service {
    private let modules: [ExternalModule]
    private let host: any PluginHost

    package init(_ modules: [ExternalModule], host: any PluginHost) {
        self.modules = modules
        self.host = host
    }

    package func run() async throws {
        await withDiscardingTaskGroup { group in
            for module in modules where module.manifest.start == .eager {
                group.addTask { await keepUp(module) }
            }
            // Ends by shutdown or by cancellation: either way the modules end.
            try? await gracefulShutdown()
            await withDiscardingTaskGroup { ends in
                for module in modules { ends.addTask { await module.stop() } }
            }
            group.cancelAll()
        }
    }

    private func keepUp(_ module: ExternalModule) async {
        do throws(ModuleFault) {
            await module.supervisor.keepRunning(in: try host.room(module.manifest.name))
        } catch {
            host.logger.error(
                "a module can't be started", metadata: ["module": "\(module.manifest.name)", "reason": "\(error)"])
        }
    }
}
