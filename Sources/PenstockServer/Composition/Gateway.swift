package import ActionRunner
package import CodePipelineAPI
package import CurlTransport
package import ExternalModules
import Foundation
package import Logging
package import PipelineEngine
import PipelineModel
import PipelineStore
package import PluginKit
package import WebhookIntake

/// One gateway, put together: the corridor from door to warehouse, without the listener.
///
/// `serve` and `run` open the same one. Opening takes the data folder's lock; ``close()`` gives it back.
package struct Gateway: Sendable {
    package let settings: ServerSettings
    package let modules: Modules
    package let host: GatewayHost
    package let ledger: any Ledger
    package let intake: DeliveryIntake
    package let hookTable: GatewayHooks
    package let connections: ConnectionTable
    /// Changes of what API calls make beside pipelines go through it.
    package let registry: ObservedRegistry
    package let registration: HookRegistration
    package let workshop: Workshop
    package let externalModules: ExternalModuleHost
    package let polling: SourcePolling
    package let deferred: DeferredDeliveries
    package let recovery: Recovery
    package let schedules: Schedules
    package let housekeeping: Housekeeping
    package let logs: ActionLogs
    package let api: CodePipelineService
    package let keys: AccessKeys
    package let metrics: Metrics
    package let logger: Logger
    /// Under which links to executions are made.
    let linkKey: Data
    /// The way out, as modules use it: how each host does is told by it.
    package let hosts: GuardedClient
    private let http: CurlClient
    private let sqlite: SQLiteLedger

    /// - Parameters:
    ///   - actions: providers beside those of the modules, e.g. the folders that `run` takes as sources. They come
    ///     first: one of a module's type takes its place.
    ///   - lines: sees every line of every action's log as it is written.
    /// - Throws: ``SettingsError``, ``CommandError``, `LedgerError` with the place and the remedy.
    package static func open(
        _ settings: ServerSettings, logger: Logger, actions: [any ActionProvider] = [],
        lines: (@Sendable (ActionLogLine) -> Void)? = nil
    ) async throws -> Gateway {
        let modules = try Modules(settings)
        let metrics = Metrics()
        let rules = modules.rules
        let connections = ConnectionTable(settings.connections, region: settings.region, account: settings.account)
        try ConnectionRules(modules).check(connections.available)
        let tellers = Set(modules.statusReporters.map(\.provider))
        let ledger = try await SQLiteLedger(
            folder: settings.dataFolder,
            settings: EngineSettings(
                region: settings.region, account: settings.account,
                actionTimeouts: Dictionary(
                    (actions + modules.actions).map { ($0.type.id, $0.type.timeout) },
                    uniquingKeysWith: { first, _ in first }),
                ruleTimeouts: Dictionary(
                    rules.map { ($0.type.id, $0.type.timeout) }, uniquingKeysWith: { first, _ in first }),
                acknowledgementTimeout: settings.jobWorkers.acknowledgementTimeout,
                commitStatuses: { arn in
                    connections.connection(arn).map { tellers.contains($0.provider) && $0.showsStatuses } ?? false
                }),
            clock: { Date().timeIntervalSince1970 }, logger: logger,
            commitObserver: { _, seconds in metrics.observe("penstock_ledger_commit_seconds", seconds: seconds) })
        let http = CurlClient(logger: logger)
        let invoke = InvokePipelineAction(ledger: ledger, account: settings.account, region: settings.region)
        let providers = actions + modules.actions + [invoke]
        do {
            return try await assemble(
                settings, modules, connections, ledger, http, providers, metrics, lines, logger)
        } catch {
            await http.stop()
            try? await ledger.close()
            throw error
        }
    }

    private static func assemble(
        _ settings: ServerSettings, _ modules: Modules, _ connections: ConnectionTable, _ ledger: SQLiteLedger,
        _ http: CurlClient, _ providers: [any ActionProvider], _ metrics: Metrics,
        _ lines: (@Sendable (ActionLogLine) -> Void)?,
        _ logger: Logger
    ) async throws -> Gateway {
        let folder = settings.dataFolder
        try PrivateFile.sweep(folder)
        let vault = try KeyFileVault(folder: folder)
        let keys = try AccessKeys.readOrMake(in: folder)
        let hosts = GuardedClient(ConditionalClient(http))
        let registry = ObservedRegistry(ledger)
        try await connections.refresh(from: registry, vault: vault, logger: logger)
        let host = try GatewayHost(
            settings: settings, modules: modules, connections: connections, http: hosts, logger: logger)
        try host.checkStores()
        let idKey = try HookTable.idKey(in: folder)
        let hooks = try GatewayHooks(settings, modules: modules, connections: connections, idKey: idKey)
        let logs = ActionLogs(folder: folder.appending(path: "logs"), observer: lines)
        let workshop = Workshop(
            ledger: ledger, providers: providers, rules: modules.rules, sourceHosts: modules.sourceHosts,
            resolvers: modules.eventResolvers, notifiers: modules.notifiers, statusReporters: modules.statusReporters,
            jobs: ledger, host: host,
            vault: vault, logs: logs,
            settings: RunnerSettings(
                region: settings.region, account: settings.account, concurrentJobs: settings.concurrentJobs,
                workFolder: folder.appending(path: "work"),
                consoleLinkBase: settings.publicURL.map { "\($0)/console" } ?? "",
                executionLink: settings.publicURL.map { ExecutionPage.link(base: $0, key: idKey) },
                workerForks: settings.jobWorkers.forks),
            logger: logger, observer: { metrics.observe($0) }, statusObserver: { metrics.observe($0) })
        try await workshop.prepare()
        let webhookARN: @Sendable (String) -> String = { HookTable.webhookARN($0, settings) }
        let webhooks = RegisteredWebhooks(registry: registry, vault: vault, arn: webhookARN, logger: logger)
        try await webhooks.refresh()
        observe(registry, webhooks, connections, hooks, host, vault, logger)
        let registration = HookRegistration(
            hooks: hooks, settings: settings, registry: registry, ledger: ledger,
            registrars: modules.hookRegistrars, connections: connections, host: host, vault: vault,
            base: { settings.publicURL ?? Endpoint.of(settings) }, logger: logger)
        let intake = DeliveryIntake(
            hooks: hooks,
            webhooks: WebhookCalls(
                webhooks: webhooks, ledger: ledger, allowsSHA1: settings.webhooksAllowSHA1,
                now: { Date().timeIntervalSince1970 }, logger: logger),
            connections: connections, ledger: ledger, webhookARN: webhookARN, now: { Date().timeIntervalSince1970 },
            logger: logger)
        let recovery = Recovery(
            hooks: hooks, intake: intake, ledger: ledger, logs: modules.deliveryLogs, readers: modules.refReaders,
            publicURL: settings.publicURL, host: host, settings: settings.recovery, logger: logger)
        registry.observe([.connection]) { recovery.nudge() }
        return Gateway(
            settings: settings, modules: modules, host: host, ledger: ledger, intake: intake,
            hookTable: hooks, connections: connections, registry: registry, registration: registration,
            workshop: workshop, externalModules: ExternalModuleHost(modules.external, host: host),
            polling: SourcePolling(
                ledger: ledger, probes: modules.revisionProbes, vault: vault, host: host, settings: settings.polling,
                logger: logger),
            deferred: DeferredDeliveries(
                ledger: ledger, hooks: hooks, resolvers: modules.eventResolvers, readers: modules.refReaders,
                webhookARN: webhookARN, host: host, logger: logger),
            recovery: recovery,
            schedules: Schedules(
                ledger: ledger, schedules: settings.schedules, record: folder.appending(path: "schedules.json"),
                ruleARN: { "arn:aws:events:\(settings.region):\(settings.account):rule/\($0)" }, logger: logger),
            housekeeping: Housekeeping(
                ledger: ledger, policy: settings.retention, logs: logs, stores: host.stores,
                foreignBuckets: Set(settings.stores.map(\.bucket)), logger: logger),
            logs: logs,
            api: CodePipelineService(
                ledger: ledger, registry: registry, jobs: ledger,
                actionTypes: ActionTypeCatalogue(providers.map(\.type)), ruleTypes: modules.rules.map(\.type),
                vault: vault, workers: WorkerKeys(settings.stores, logger: logger), settings: apiSettings(settings),
                thirdParty: registration, declaredConnections: connections, definitionChanged: { recovery.nudge() }),
            keys: keys, metrics: metrics, logger: logger, linkKey: idKey, hosts: hosts, http: http, sqlite: ledger)
    }

    /// The roles that exist here come with the gateway's own access control; until then `strict` knows none.
    private static func apiSettings(_ settings: ServerSettings) -> APISettings {
        var api = APISettings()
        if settings.rolesAreStrict { api.roles = .strict([]) }
        return api
    }

    /// Journal and desk of deliveries.
    package var deliveries: any DeliveryDesk { sqlite }
    /// What is kept in memory of the registry follows its changes before whoever made them gets an answer.
    private static func observe(
        _ registry: ObservedRegistry, _ webhooks: RegisteredWebhooks, _ connections: ConnectionTable,
        _ hooks: GatewayHooks, _ host: GatewayHost, _ vault: any SecretVault, _ logger: Logger
    ) {
        registry.observe([.webhook]) { [weak registry] in
            guard registry != nil else { return }
            do { try await webhooks.refresh() } catch {
                logger.error("webhooks could not be read again", metadata: ["reason": "\(error)"])
            }
        }
        registry.observe([.connection]) { [weak registry] in
            guard let registry else { return }
            do {
                try await connections.refresh(from: registry, vault: vault, logger: logger)
                host.forgetCredentials()
                hooks.refresh()
            } catch {
                logger.error("connections could not be read again", metadata: ["reason": "\(error)"])
            }
        }
    }

    /// The hooks of the configuration as they are now.
    package var hooks: [Hook] { hookTable.all() }

    package var ledgerQueueDepth: Int { sqlite.queueDepth }

    /// Whether a write could be committed now.
    ///
    /// - Throws: `LedgerError` with the reason why not.
    package func confirmWrites() async throws { try await sqlite.confirmWrites() }

    /// Gives the sockets and the data folder back. After the listener and the workshop have ended.
    package func close() async {
        for module in modules.external { await module.stop() }
        await http.stop()
        do {
            try await sqlite.close()
        } catch {
            logger.error("the ledger did not close cleanly", metadata: ["reason": "\(error)"])
        }
    }
}

extension Metrics {
    func observe(_ job: JobObservation) {
        observe(
            "penstock_action_duration_seconds", ["provider": job.provider, "result": job.result.rawValue],
            seconds: job.seconds)
    }
    func observe(_ status: StatusObservation) {
        count(
            "penstock_commit_statuses_total",
            ["provider": status.provider ?? "none", "result": status.result.rawValue])
    }
}
