import Foundation
package import Logging
package import PipelineEngine
import PipelineModel
package import PluginKit
import ServiceLifecycle

/// Finds what was lost while the gateway was away, and what a host never sent: at the start and every few minutes.
///
/// For each repository that a pipeline names, first the host's own log of deliveries is read where there is one, so that
/// each lost delivery is processed; then the refs are compared with what is known, so that at least each ref's final
/// state is (spec: triggers-and-webhooks B7).
package struct Recovery: Service {
    let hooks: any HookDirectory
    let intake: DeliveryIntake
    let ledger: any Ledger & DeliveryDesk
    let logs: [String: any DeliveryLog]
    let readers: RefReaders
    let publicURL: String?
    let host: any PluginHost
    let settings: RecoverySettings
    let logger: Logger
    private let bell = Bell()

    /// - Parameter publicURL: what hosts call the gateway by; without it no host's log can be read.
    package init(
        hooks: any HookDirectory, intake: DeliveryIntake, ledger: any Ledger & DeliveryDesk,
        logs: [any DeliveryLog], readers: [any RefReader], publicURL: String?, host: any PluginHost,
        settings: RecoverySettings = RecoverySettings(), logger: Logger
    ) {
        self.hooks = hooks
        self.intake = intake
        self.ledger = ledger
        self.logs = Dictionary(logs.map { ($0.provider, $0) }, uniquingKeysWith: { first, _ in first })
        self.readers = RefReaders(readers)
        self.publicURL = publicURL
        self.host = host
        self.settings = settings
        self.logger = logger
    }

    /// Looks until graceful shutdown or cancellation.
    package func run() async throws {
        guard settings.interval > 0 else { return try await gracefulShutdown() }
        if publicURL == nil, hooks.all().contains(where: { logs[$0.connection.provider] != nil }) {
            logger.notice("public_url is not set: hosts' logs of lost deliveries can't be read, refs stand in for them")
        }
        await cancelWhenGracefulShutdown {
            var memory = Memory()
            while !Task.isCancelled {
                await round(&memory)
                let isOpen = memory.places.values.contains { !$0.moves.isEmpty }
                let pause = isOpen ? min(settings.interval, settings.grace + 1) : settings.interval
                let end = ContinuousClock.now + .seconds(pause * Double.random(in: 0.95...1.05))
                while await bell.sleep(until: end), !Task.isCancelled {
                    // Definitions come in bursts: one look for all of a moment.
                    try? await Task.sleep(for: .milliseconds(100))
                    await round(&memory, isForNewOnes: true)
                }
            }
        }
    }

    /// Pipelines or connections have changed: repositories that are named for the first time are looked at before long,
    /// so that what is lost from then on is found. A hint: a round finds them anyway.
    package func nudge() { bell.ring() }

    /// What is remembered between rounds; a restart begins anew.
    struct Memory: Sendable {
        var places: [WatchedRepository: Place] = [:]
    }

    struct Place: Sendable, Equatable {
        /// Refs that have moved without a delivery so far: where to, and since when that is known.
        var moves: [String: Move] = [:]
        /// Rounds in a row in which the host's log could not be read, and those in which the refs could not.
        var logFailures = 0
        var refFailures = 0
        var isWell: Bool { logFailures == 0 && refFailures == 0 }

        struct Move: Sendable, Equatable {
            var mark: String
            var since: Double
        }
    }

    /// One repository, read through one connection.
    struct Target: Sendable {
        let repository: WatchedRepository
        let name: String
        let connection: Connection
    }

    /// - Parameter isForNewOnes: only repositories that no round has looked at yet.
    func round(_ memory: inout Memory, isForNewOnes: Bool = false) async {
        let former = memory.places
        let targets: [Target]
        do {
            let all = try await self.targets()
            if !isForNewOnes { try await ledger.forgetRefs(except: Set(all.map(\.repository))) }
            targets = isForNewOnes ? all.filter { former[$0.repository] == nil } : all
        } catch {
            return logger.warning("the pipelines' repositories could not be read", metadata: ["reason": "\(error)"])
        }
        let found = await withTaskGroup(of: (WatchedRepository, Place).self) { group in
            var waiting = targets.makeIterator()
            func addNext() {
                guard !Task.isCancelled, let target = waiting.next() else { return }
                let place = former[target.repository] ?? Place()
                group.addTask { (target.repository, await look(at: target, place)) }
            }
            for _ in 0..<settings.concurrent { addNext() }
            var places: [WatchedRepository: Place] = [:]
            while let (repository, place) = await group.next() {
                places[repository] = place
                addNext()
            }
            return places
        }
        memory.places = isForNewOnes ? former.merging(found) { $1 } : found
    }

    private func look(at target: Target, _ former: Place) async -> Place {
        var place = former
        do {
            try await within(settings.timeout) { try await readLogs(for: target) }
            place.logFailures = 0
        } catch {
            if Task.isCancelled { return former }
            tell(target, error, isFirst: place.logFailures == 0)
            place.logFailures += 1
            // What the log tells of is told whole; a look at the refs first would leave only the last of it.
            if place.logFailures < settings.patience { return place }
        }
        do {
            place.moves = try await compareRefs(of: target, former.moves)
            place.refFailures = 0
        } catch {
            if Task.isCancelled { return former }
            tell(target, error, isFirst: place.refFailures == 0)
            place.refFailures += 1
        }
        if !former.isWell, place.isWell {
            logger.notice("lost deliveries of a repository can be found again", metadata: target.metadata)
        }
        return place
    }

    /// One line for each change of a repository's health, not one for each round.
    private func tell(_ target: Target, _ error: any Error, isFirst: Bool) {
        guard isFirst else { return }
        var metadata = target.metadata
        metadata["reason"] = "\((error as? FailureDetails)?.message ?? "\(error)")"
        logger.warning("lost deliveries of a repository can't be looked for", metadata: metadata)
    }

    /// Every repository that a pipeline's source reads through a connection.
    private func targets() async throws -> [Target] {
        var found: [WatchedRepository: Target] = [:]
        var after: PipelineName?
        while true {
            let page = try await ledger.pipelines(after: after, limit: 100)
            for binding in page.flatMap({ SourceBinding.bindings(of: $0.declaration) }) {
                guard case .connection(let arn) = binding.origin, let connection = host.connections.connection(arn)
                else { continue }
                let repository = WatchedRepository(connection: arn, repository: binding.repository)
                found[repository] = Target(repository: repository, name: binding.repository, connection: connection)
            }
            guard let last = page.last, page.count == 100 else { break }
            after = last.declaration.name
        }
        return found.values.sorted { $0.name < $1.name }
    }
}

extension Recovery.Target {
    var metadata: Logger.Metadata { ["repository": "\(shown(name))", "connection": "\(connection.name)"] }
}

/// How often lost deliveries are looked for; seconds.
package struct RecoverySettings: Sendable, Equatable {
    /// Between two rounds; 0: never.
    package var interval: Double
    /// A ref that has moved is left to its delivery for so long.
    package var grace: Double
    /// Repositories at a time.
    package var concurrent: Int
    /// Until a host's answer is given up.
    package var timeout: Double
    /// Rounds in which a log may fail before the refs are compared without it.
    package var patience: Int

    package init(
        interval: Double = 300, grace: Double = 60, concurrent: Int = 4, timeout: Double = 120, patience: Int = 3
    ) {
        self.interval = interval
        self.grace = grace
        self.concurrent = max(1, concurrent)
        self.timeout = timeout
        self.patience = max(1, patience)
    }
}
