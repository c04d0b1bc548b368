import Foundation
package import Logging
package import PipelineEngine
import PipelineModel
package import PluginKit
import ServiceLifecycle
import Synchronization

/// Claims effects, runs them, and reports what they came to as commands.
///
/// Effects run at least once. A wake-up is a hint; the poll is the guarantee. On shutdown running jobs get a while to
/// end; what is left then is ended and handed back, to run again under the same id at the next start.
package struct Workshop: Service {
    let ledger: any Ledger
    let providers: [ActionTypeID: any ActionProvider]
    let rules: [RuleTypeID: any RuleProvider]
    /// By the provider of the connections that they speak for.
    let sourceHosts: [String: any SourceHost]
    /// Likewise.
    let resolvers: [String: any EventResolver]
    let notifiers: [any Notifier]
    /// By the provider of the connections that they speak for.
    let statusReporters: [String: any CommitStatusReporter]
    let statusLanes = StatusLanes()
    /// Where actions of custom types without a provider are offered to job workers.
    let jobs: (any JobBoard & Registry)?
    let host: any PluginHost
    let vault: any SecretVault
    let logs: ActionLogs
    let settings: RunnerSettings
    let observer: @Sendable (JobObservation) -> Void
    let statusObserver: @Sendable (StatusObservation) -> Void
    let logger: Logger
    let worker = WorkerID(UUID().uuidString.lowercased())
    let running = RunningJobs()
    let slots: JobSlots
    let questionSlots: JobSlots
    /// Set once the drain is over: reports that can't be committed are given up, their leases lapse.
    let givenUp = Flag()
    let closing = Flag()

    /// - Parameters:
    ///   - providers: the first of a type counts; so with `rules`, `sourceHosts` and `resolvers`.
    ///   - jobs: without it, an action of a custom type that no provider has fails.
    ///   - observer: told of each run of an action's or a rule's job.
    ///   - statusObserver: told of each commit status that went out or never will.
    package init(
        ledger: any Ledger, providers: [any ActionProvider], rules: [any RuleProvider] = [],
        sourceHosts: [any SourceHost] = [], resolvers: [any EventResolver] = [], notifiers: [any Notifier] = [],
        statusReporters: [any CommitStatusReporter] = [], jobs: (any JobBoard & Registry)? = nil,
        host: any PluginHost, vault: any SecretVault, logs: ActionLogs, settings: RunnerSettings, logger: Logger,
        observer: @escaping @Sendable (JobObservation) -> Void = { _ in },
        statusObserver: @escaping @Sendable (StatusObservation) -> Void = { _ in }
    ) {
        self.ledger = ledger
        self.providers = Dictionary(providers.map { ($0.type.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.rules = Dictionary(rules.map { ($0.type.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.sourceHosts = Dictionary(sourceHosts.map { ($0.provider, $0) }, uniquingKeysWith: { first, _ in first })
        self.resolvers = Dictionary(resolvers.map { ($0.provider, $0) }, uniquingKeysWith: { first, _ in first })
        self.notifiers = notifiers
        self.statusReporters = Dictionary(
            statusReporters.map { ($0.provider, $0) }, uniquingKeysWith: { first, _ in first })
        self.jobs = jobs
        self.host = host
        self.vault = vault
        self.logs = logs
        self.settings = settings
        self.observer = observer
        self.statusObserver = statusObserver
        self.logger = logger
        self.slots = JobSlots(settings.concurrentJobs)
        self.questionSlots = JobSlots(settings.concurrentQuestions)
    }

    /// Jobs that run or wait for a place.
    package var jobCount: Int { running.jobCount }

    /// Shutting down: running jobs end, nothing new begins.
    package var isDraining: Bool { closing.isSet }

    /// A new life of the gateway: nothing of the last one may run on, and its half-done workspaces are dust.
    /// Called once, before ``run()``.
    package func prepare() async throws {
        for provider in providers.values { await provider.cleanUp(on: host) }
        for provider in rules.values { await provider.cleanUp(on: host) }
        try JobWorkspace.removeTree(settings.workFolder)
        try FileManager.default.createDirectory(
            at: settings.workFolder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Works until graceful shutdown or cancellation.
    package func run() async throws {
        let (bell, ring) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        ring.yield()
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { attendants in
                attendants.addTask { for await _ in ledger.wakeUps() { ring.yield() } }
                attendants.addTask { await ringWhenDue(ring) }
                attendants.addTask { await renewLeases() }
                await withDiscardingTaskGroup { effects in
                    for await _ in bell {
                        if closing.isSet { break }
                        for claim in await claimAll() { effects.addTask { await take(claim) } }
                    }
                    await drain()
                }
                attendants.cancelAll()
            }
        } onGracefulShutdown: {
            closing.set()
            ring.yield()
        }
    }

    /// An effect that was claimed, and whether it must wait for its subject's former one to end.
    private struct Claim {
        let effect: ClaimedEffect
        let comesEarly: Bool
    }

    /// Everything that is due. Work is registered here, so that a cancel claimed beside it finds it.
    private func claimAll() async -> [Claim] {
        var all: [Claim] = []
        do {
            while true {
                let claimed = try await ledger.claim(limit: 256, worker: worker, lease: settings.lease)
                all += claimed.compactMap(admitted)
                if claimed.count < 256 { return all }
            }
        } catch {
            logger.error("effects could not be claimed", metadata: ["reason": "\(error)"])
            return all
        }
    }

    private func admitted(_ claimed: ClaimedEffect) -> Claim? {
        let kind = claimed.effect.kind
        guard kind.isJob || kind.isErrand else { return Claim(effect: claimed, comesEarly: false) }
        switch running.register(claimed.effect.subject.id, effect: claimed.id, isErrand: kind.isErrand) {
        case .taken:
            if case .reportStatus(let status, let connection) = kind {
                statusLanes.enter(claimed.id, lane: StatusLanes.Lane(status, connection))
            }
            return Claim(effect: claimed, comesEarly: false)
        case .runsAlready: return nil
        case .formerRunEnds: return Claim(effect: claimed, comesEarly: true)
        }
    }

    /// What comes early goes back and is claimed anew: by then it may have been cancelled.
    private func take(_ claim: Claim) async {
        guard claim.comesEarly else { return await perform(claim.effect) }
        try? await Task.sleep(for: .milliseconds(20))
        await handBack(claim.effect.id)
    }

    /// The slow poll, and the precise one for what is due soon.
    private func ringWhenDue(_ ring: AsyncStream<Void>.Continuation) async {
        while !Task.isCancelled {
            var pause = settings.pollInterval
            if let due = try? await ledger.nextDue() {
                pause = min(pause, max(0.05, due - host.now().timeIntervalSince1970))
            }
            try? await Task.sleep(for: .seconds(pause))
            ring.yield()
        }
    }

    private func renewLeases() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(settings.lease / 3))
            let held = running.effects
            guard !held.isEmpty else { continue }
            do {
                _ = try await ledger.renew(held, worker: worker, lease: settings.lease)
            } catch {
                logger.warning("leases could not be renewed", metadata: ["reason": "\(error)"])
            }
        }
    }

    /// Lets running jobs end by themselves for a while, then ends them; each hands its effect back.
    private func drain() async {
        running.cancelErrands()
        let deadline = ContinuousClock.now + .seconds(settings.drain)
        while jobCount > 0, ContinuousClock.now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(20))
        }
        running.cancelAll()
        givenUp.set()
    }
}

/// Something that happens once.
final class Flag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}
