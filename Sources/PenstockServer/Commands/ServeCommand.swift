import Foundation
import Hummingbird
import Logging
package import PluginKit
import ServiceLifecycle
import UnixSignals
import NIOCore
import ActionRunner

/// `penstock serve`: the gateway behind its listener, until SIGTERM or SIGINT has drained it.
package enum ServeCommand {
    /// - Parameter actions: providers that come before those of the modules; the benchmarks' do nothing.
    package static func run(_ settings: ServerSettings, actions: [any ActionProvider] = []) async throws {
        let logger = try CommandLogger.make(level: settings.logLevel)
        let gateway = try await Gateway.open(settings, logger: logger, actions: actions)
        do {
            await reportHealth(of: gateway)
            try await listen(gateway)
        } catch {
            await gateway.close()
            throw error
        }
        await gateway.close()
        try? FileManager.default.removeItem(at: Endpoint.file(in: settings.dataFolder))
        logger.info("stopped")
    }

    /// Says at the start what will not work, and what to do about it.
    private static func reportHealth(of gateway: Gateway) async {
        for module in gateway.modules.loaded {
            for finding in await module.health(on: gateway.host) where finding.status != .ok {
                gateway.logger.warning(
                    "a module is not whole",
                    metadata: [
                        "module": "\(module.description.name)", "check": "\(finding.name)",
                        "reason": "\(finding.message)",
                    ])
            }
        }
    }

    /// Answers requests and works until a signal or cancellation; the gateway stays open.
    package static func listen(_ gateway: Gateway) async throws {
        let settings = gateway.settings
        let application = Application(
            router: Doors(gateway: gateway, version: Version.current).router(),
            configuration: .init(address: .hostname(settings.host, port: settings.port), serverName: "penstock"),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? settings.port
                let endpoint = Endpoint.url(host: settings.host, port: port)
                do {
                    try Endpoint.write(endpoint, in: settings.dataFolder)
                } catch {
                    gateway.logger.error("the endpoint could not be noted", metadata: ["reason": "\(error)"])
                }
                CommandOutput.line("listening on \(endpoint)")
                StartPages.release()
            },
            logger: gateway.logger)
        // Services end in the reverse order. The listener stays open while the workshop drains: a delivery that comes
        // meanwhile is committed, and starts its pipelines after the restart.
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    application, gateway.externalModules, gateway.workshop, gateway.polling, gateway.deferred,
                    gateway.recovery, gateway.schedules, gateway.housekeeping, gateway.registration,
                ], gracefulShutdownSignals: [.sigterm, .sigint], logger: gateway.logger))
        do {
            try await group.run()
        } catch let error where "\(error)".contains("Address already in use") || "\(error)".contains("errno: 98") {
            throw CommandError(
                .failed, "\(settings.host):\(settings.port) is in use; choose another address with --listen HOST:PORT")
        }
    }
}

package enum Version {
    package static let current = "0.1.0"
}
