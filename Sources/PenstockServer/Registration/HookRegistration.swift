import CodePipelineAPI
import Foundation
package import Logging
package import PipelineEngine
package import PipelineModel
package import PluginKit
import ServiceLifecycle
import Synchronization

/// Keeps hooks at Git hosts as they should be: those of the configuration that say `register:`, at the start, when
/// pipelines change and every few hours; those of webhooks when RegisterWebhookWithThirdParty asks for it.
///
/// What stands at the hosts by what we know is in the registry, so that a hook that nobody wants any more is removed
/// there too, after a restart as well. A failure is logged once and tried again with growing pauses.
package final class HookRegistration: Service, ThirdPartyHooks {
    /// Seconds.
    package struct Pace: Sendable {
        /// Between looks at what the pipelines name.
        package var look = 15.0
        /// Between looks at a host that has all it should have: it may have switched a hook off.
        package var confirm = 21_600.0
        /// After the first failure; then twice as long, up to an hour.
        package var pause = 30.0

        package init() {}
    }

    let hooks: GatewayHooks
    let settings: [HookSettings]
    let registry: any Registry
    let ledger: any LedgerQueries
    let registrars: [String: any HookRegistrar]
    let connections: ConnectionTable
    let host: any PluginHost
    let vault: any SecretVault
    let v1Connection: String
    /// Where this gateway can be reached, without a slash at the end.
    private let base: @Sendable () -> String
    let pace: Pace
    let logger: Logger
    /// When each hook was last seen to stand at its host, in this life.
    let confirmed = Mutex<[String: Double]>([:])

    package init(
        hooks: GatewayHooks, settings: ServerSettings, registry: any Registry, ledger: any LedgerQueries,
        registrars: [any HookRegistrar], connections: ConnectionTable, host: any PluginHost,
        vault: any SecretVault, base: @escaping @Sendable () -> String, pace: Pace = Pace(), logger: Logger
    ) {
        self.hooks = hooks
        self.settings = settings.hooks
        self.registry = registry
        self.ledger = ledger
        self.registrars = Dictionary(registrars.map { ($0.provider, $0) }, uniquingKeysWith: { first, _ in first })
        self.connections = connections
        self.host = host
        self.vault = vault
        self.v1Connection = HookTable.v1Connection(of: settings)
        self.base = base
        self.pace = pace
        self.logger = logger
    }

    package func url(of hook: HookID) -> String { "\(base())/hooks/\(hook)" }

    /// Until graceful shutdown or cancellation. Without any hook to keep it does nothing.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    guard try await self.round() else { break }
                } catch {
                    self.logger.error("hooks at hosts could not be looked after", metadata: ["reason": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(self.pace.look))
            }
        }
        try await gracefulShutdown()
    }

    // MARK: One hook at its host

    /// What stands, or should stand, at a host.
    struct Place: Sendable {
        var repository: String
        var connection: Connection
    }

    func registrar(for connection: Connection) throws(FailureDetails) -> any HookRegistrar {
        guard let registrar = registrars[connection.provider] else {
            throw FailureDetails(
                .configurationError,
                "no module of this gateway can register hooks at '\(connection.provider)': make the hook there by hand")
        }
        return registrar
    }

    /// Tells the host that nobody wants the hook.
    ///
    /// - Throws: why it is still there.
    func remove(_ record: HookRegistrationRecord, at connection: Connection?) async throws(FailureDetails) {
        guard let connection else {
            throw FailureDetails(
                .configurationError,
                connections.absence(of: record.connection)
                    ?? "the connection \(record.connection) is gone: remove the hook \(record.url) of "
                    + "\(record.repository) at its host by hand")
        }
        let wish = HookWish(repository: record.repository, url: record.url, secret: nil)
        try await registrar(for: connection).remove(wish, on: connection, host: host)
    }

    var now: Double { host.now().timeIntervalSince1970 }
}

extension HookRegistrationRecord {
    mutating func note(_ made: RegisteredHook) {
        hostID = made.id
        state = .registered
        errorCode = nil
        errorMessage = nil
        attempts = 0
        tryAgain = nil
    }

    mutating func note(_ failure: FailureDetails, state: State, tryAgain: Double? = nil) {
        self.state = state
        errorCode = failure.type.rawValue
        errorMessage = failure.message
        attempts += 1
        self.tryAgain = tryAgain
    }
}
