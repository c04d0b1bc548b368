import Foundation
package import Logging
package import PipelineEngine
import PipelineModel
package import PluginKit
import ServiceLifecycle

/// Looks into deliveries that were answered before anybody knew what they say: asks their translator or their host,
/// then has the ledger match what came out, once, in one transaction.
///
/// What may pass is tried again for a day, ever more slowly; what won't pass, and what didn't within the day, is parked
/// with its reason. A crash in between means that the delivery is looked into again.
package struct DeferredDeliveries: Service {
    let ledger: any Ledger & DeliveryDesk
    let hooks: any HookDirectory
    let openFacts: OpenFacts
    let webhookARN: @Sendable (String) -> String
    let host: any PluginHost
    let settings: Settings
    let logger: Logger

    package struct Settings: Sendable {
        /// Deliveries looked into at a time.
        package var concurrent = 8
        /// Seconds to the second attempt; each pause doubles the one before.
        package var firstPause: Double = 5
        package var longestPause: Double = 3600
        /// Seconds after which a delivery is parked.
        package var patience: Double = 86_400
        /// Seconds until an attempt is given up.
        package var timeout: Double = 120

        package init() {}
    }

    package init(
        ledger: any Ledger & DeliveryDesk, hooks: any HookDirectory, resolvers: [any EventResolver],
        readers: [any RefReader], webhookARN: @escaping @Sendable (String) -> String, host: any PluginHost,
        settings: Settings = Settings(), logger: Logger
    ) {
        self.ledger = ledger
        self.hooks = hooks
        self.openFacts = OpenFacts(resolvers: resolvers, readers: readers, host: host)
        self.webhookARN = webhookARN
        self.host = host
        self.settings = settings
        self.logger = logger
    }

    /// Works until graceful shutdown or cancellation.
    package func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
    }

    private func work() async {
        await withTaskGroup(of: Int64?.self) { group in
            var inHand: Set<Int64> = []
            var isWaiting = false
            while !Task.isCancelled {
                for delivery in await due(beside: inHand) {
                    inHand.insert(delivery)
                    group.addTask {
                        await deal(with: delivery)
                        return delivery
                    }
                }
                if !isWaiting {
                    group.addTask {
                        await pause()
                        return nil
                    }
                    isWaiting = true
                }
                switch await group.next() {
                case .some(.some(let done)): inHand.remove(done)
                case .some(.none): isWaiting = false
                case .none: break
                }
            }
            group.cancelAll()
        }
    }

    private func due(beside inHand: Set<Int64>) async -> [Int64] {
        do {
            let due = try await ledger.deferredDeliveries(dueBy: now, limit: settings.concurrent + inHand.count)
            return Array(due.filter { !inHand.contains($0) }.prefix(settings.concurrent - inHand.count))
        } catch {
            logger.error("the deliveries to look into can't be read", metadata: ["reason": "\(error)"])
            return []
        }
    }

    /// Until the ledger hints at work, or for a second: a hint may have come just before.
    private func pause() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: .seconds(1)) }
            group.addTask {
                for await _ in ledger.wakeUps() { break }
                // Hints come with every effect; one look for all of a moment.
                try? await Task.sleep(for: .milliseconds(20))
            }
            await group.next()
            group.cancelAll()
        }
    }

    private var now: Double { host.now().timeIntervalSince1970 }

    /// One attempt.
    func deal(with delivery: Int64) async {
        do {
            guard let entry = try await ledger.journalEntry(delivery), let deferral = entry.deferral,
                !deferral.isParked
            else { return }
            guard let hook = hooks.hook(entry.hook) else {
                return try await park(entry, "the hook '\(entry.hookName)' is no longer there")
            }
            do {
                let parsed = try await look(into: entry, of: hook)
                let settlement = DeliverySettlement(
                    delivery: delivery, events: parsed.events, ignored: parsed.ignored, connection: hook.connection.arn,
                    rules: hook.rules)
                let matchmaker = Matchmaker(hook: hook, webhookARN: webhookARN(hook.name))
                _ = try await ledger.settle(settlement) { matchmaker.verdict(on: $0, for: $1) }
            } catch let failure as FailureDetails {
                // Shutting down is no failure of the delivery's.
                if Task.isCancelled { return }
                try await take(failure, of: entry, deferral)
            }
        } catch is CancellationError {
            return
        } catch {
            // It stays due; the next round comes in a second.
            logger.error(
                "a delivery could not be looked into", metadata: ["delivery": "\(delivery)", "reason": "\(error)"])
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func look(into entry: JournalEntry, of hook: Hook) async throws -> ParsedDelivery {
        let verified = VerifiedDelivery(verified: DeliveryIntake.delivery(entry), event: entry.event)
        return try await within(settings.timeout) {
            let parsed: ParsedDelivery
            switch hook.translator {
            case .deferred(let provider): parsed = try await provider.translate(verified, host: host)
            case .immediate(let provider):
                do { parsed = try provider.parse(verified) } catch let error as PayloadError {
                    throw FailureDetails(.configurationError, error.description)
                }
            }
            guard parsed.ignored == nil else { return parsed }
            var events: [SourceEvent] = []
            for event in parsed.events { events += try await openFacts.resolved(event, on: hook.connection) }
            return ParsedDelivery(events: events)
        }
    }

    private func take(_ failure: FailureDetails, of entry: JournalEntry, _ deferral: JournalEntry.Deferral) async throws
    {
        let isFinal = failure.type == .configurationError || failure.type == .revisionUnavailable
        let pause = min(settings.longestPause, settings.firstPause * Double(1 << min(deferral.attempts, 20)))
        guard !isFinal, now + pause < deferral.since + settings.patience else {
            return try await park(entry, failure.message)
        }
        try await ledger.postpone(entry.sequence, until: now + pause, reason: failure.message)
    }

    private func park(_ entry: JournalEntry, _ reason: String) async throws {
        try await ledger.park(entry.sequence, reason: String(reason.prefix(1000)))
        logger.warning(
            "a delivery was parked; see penstock deliveries list --parked",
            metadata: ["delivery": "\(entry.sequence)", "hook": "\(entry.hookName)", "reason": "\(reason)"])
    }
}

/// Gives an attempt up after some seconds; what it has started is cancelled.
///
/// - Throws: `systemUnavailable` then, and what the attempt throws.
func within<Value: Sendable>(
    _ seconds: Double, _ attempt: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await attempt() }
        group.addTask {
            try await Task.sleep(for: .seconds(seconds))
            throw FailureDetails(.systemUnavailable, "no answer within \(Int(seconds)) seconds")
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
