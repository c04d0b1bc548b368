import Foundation
package import Logging
package import PipelineEngine
import PipelineModel
package import PluginKit
import ServiceLifecycle

/// Looks at sources by itself: those with `PollForSourceChanges`, about once a minute (spec: triggers-and-webhooks A2).
///
/// A new revision is a `sourceChanged` command; the engine knows what has started already. Sources that several
/// pipelines read alike are looked at once.
package struct SourcePolling: Service {
    let ledger: any Ledger
    let probes: [ActionTypeID: any RevisionProbe]
    let vault: any SecretVault
    let host: any PluginHost
    let settings: SourcePollingSettings
    let random: @Sendable () -> Double
    let logger: Logger

    /// - Parameter random: 0 to 1, for jitter.
    package init(
        ledger: any Ledger, probes: [any RevisionProbe], vault: any SecretVault, host: any PluginHost,
        settings: SourcePollingSettings = SourcePollingSettings(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }, logger: Logger
    ) {
        self.ledger = ledger
        self.probes = Dictionary(
            probes.flatMap { probe in probe.types.map { ($0, probe) } }, uniquingKeysWith: { first, _ in first })
        self.vault = vault
        self.host = host
        self.settings = settings
        self.random = random
        self.logger = logger
    }

    /// Looks until graceful shutdown or cancellation.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var memory = memory()
            while !Task.isCancelled {
                await round(&memory)
                let next = min(memory.refreshDue, memory.agenda.nextDue ?? .infinity)
                let pause = max(1, next - host.now().timeIntervalSince1970)
                try? await Task.sleep(for: .seconds(pause))
            }
        }
    }

    /// What is remembered between rounds; a restart begins anew.
    struct Memory: Sendable {
        var agenda: LookAgenda
        var refreshDue: Double = 0
        /// What has been complained about, so that it isn't again.
        var complaints: Set<String> = []
    }

    func memory() -> Memory { Memory(agenda: LookAgenda(settings: settings, random: random)) }

    /// One round: reads the declarations where that is due, and looks at the sources that are.
    func round(_ memory: inout Memory) async {
        let now = host.now().timeIntervalSince1970
        if memory.refreshDue <= now {
            do {
                memory.agenda.update(try await sources(&memory.complaints), at: now)
            } catch {
                logger.warning("the pipelines' sources could not be read", metadata: ["reason": "\(error)"])
            }
            memory.refreshDue = now + settings.refreshInterval
        }
        let due = memory.agenda.due(at: now)
        let entries = memory.agenda.entries
        await withTaskGroup(of: (WatchedSource, LookReport).self) { group in
            var waiting = due.makeIterator()
            func addNext() {
                guard let source = waiting.next() else { return }
                let previous = entries[source.key]?.lastSight ?? LookAgenda.Sight.nothing
                group.addTask { (source, await look(at: source, previous: previous)) }
            }
            for _ in 0..<settings.concurrentLooks { addNext() }
            while let (source, report) = await group.next() {
                let at = host.now().timeIntervalSince1970
                tell(memory.agenda.record(report.look, of: source.key, at: at), source, report)
                if !Task.isCancelled { addNext() }
            }
        }
    }

    /// One line for each change of a source's health, not one for each look.
    private func tell(_ change: LookAgenda.HealthChange, _ source: WatchedSource, _ report: LookReport) {
        var metadata: Logger.Metadata = ["type": "\(source.type)"]
        metadata["pipelines"] =
            "\(Set(source.watchers.map(\.pipeline.rawValue)).sorted().prefix(5).joined(separator: ", "))"
        switch change {
        case .none: return
        case .failing:
            metadata["reason"] = "\(report.reason ?? "")"
            logger.warning("a source can't be looked at; it is tried again ever more slowly", metadata: metadata)
        case .recovered: logger.notice("a source can be looked at again", metadata: metadata)
        }
    }
}

/// What came of one look.
struct LookReport: Sendable, Equatable {
    var look: LookAgenda.Look
    var reason: String?
}
