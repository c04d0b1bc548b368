import Foundation
package import PipelineEngine
package import PipelineModel
package import PluginKit

/// Deliveries that come another way than through the door: again by hand, or out of a host's own log.
extension DeliveryIntake {
    /// Runs a journaled delivery again by hand, past the check for repeated ids.
    ///
    /// - Parameter only: the one pipeline that is matched; `nil`: all.
    /// - Throws: ``ReplayError`` when the entry can't be replayed.
    package func replay(_ entry: JournalEntry, only: PipelineName? = nil) async throws(ReplayError) -> DeliveryReceipt {
        try await check(only)
        if hooks.hook(entry.hook) == nil, Self.isReplayable(entry), let body = entry.body,
            let receipt = try await webhooks?.replay(entry, body: body)
        {
            return receipt
        }
        let hook = try hook(of: entry)
        var delivery = journaled(
            Self.delivery(entry), at: hook.id, hook: hook, content: try reading(entry, of: hook).content)
        delivery.deliveryID = entry.deliveryID
        delivery.event = entry.event
        delivery.replayOf = entry.sequence
        delivery.only = only
        if entry.origin == .refs { delivery.origin = .refs }
        switch await record(delivery, hook: hook) {
        case .success(let receipt): return receipt
        case .failure(let error): throw .storageFailed("\(error)")
        }
    }

    /// What a replay would do now, without writing anything.
    ///
    /// - Throws: ``ReplayError`` when the entry can't be replayed.
    package func rehearse(
        _ entry: JournalEntry, only: PipelineName? = nil
    ) async throws(ReplayError) -> [RehearsedDecision] {
        try await check(only)
        let hook = try hook(of: entry)
        let events: [SourceEvent]
        switch try reading(entry, of: hook) {
        case .ignored(let reason): return [.nothing(reason)]
        case .later(let known):
            // What was found out when it came is as good as what would be found out now.
            guard let found = entry.events else { return [.nothing(Self.outlook(entry, known))] }
            events = found
        case .events(let known): events = known
        }
        guard !events.isEmpty else {
            // Why there is none was found out when it came.
            let reason = entry.decisions.first { $0.pipeline == nil }?.reason
            return [.nothing(entry.events == nil ? "it holds no event" : reason ?? "it holds no event")]
        }
        do {
            return try await Rehearsal(
                events: events, matchmaker: Matchmaker(hook: hook, webhookARN: webhookARN(hook.name)),
                rules: hook.rules, only: only, now: now()
            ).decisions(ledger)
        } catch { throw .storageFailed("\(error)") }
    }

    private static func outlook(_ entry: JournalEntry, _ known: [SourceEvent]) -> String {
        let count =
            known.isEmpty ? "" : ", of which \(known.count == 1 ? "1 event is" : "\(known.count) events are") known"
        guard let deferral = entry.deferral, let reason = deferral.reason else {
            return "it would be looked into\(count)"
        }
        return deferral.isParked
            ? "it would be looked into again\(count); it is parked: \(reason)"
            : "it would be looked into again\(count); the last attempt failed: \(reason)"
    }

    private func check(_ only: PipelineName?) async throws(ReplayError) {
        guard let only else { return }
        let isThere: Bool
        do { isThere = try await ledger.state(of: only) != nil } catch { throw .storageFailed("\(error)") }
        if !isThere { throw .noPipeline(only) }
    }

    /// Not those whose sender hadn't proved itself: of them there is no body either.
    private static func isReplayable(_ entry: JournalEntry) -> Bool {
        [IntakeAnswer.accepted, .ignored, .unexpectedPayload, .notJSON].contains { $0.code == entry.outcome }
    }

    /// What a journaled delivery says, in the words that are the same for all hosts; `nil` when that isn't known (yet).
    package func events(of entry: JournalEntry) -> [SourceEvent]? {
        if let events = entry.events { return events }
        guard let hook = try? hook(of: entry), let reading = try? reading(entry, of: hook) else { return nil }
        switch reading {
        case .events(let events): return events
        case .later(let events): return events.isEmpty ? nil : events
        case .ignored: return []
        }
    }

    /// Takes in what the host's log says it could not deliver. The same delivery taken in before is a duplicate.
    package func recover(_ logged: LoggedDelivery, at hook: Hook) async -> Result<DeliveryReceipt, any Error> {
        let verified = VerifiedDelivery(verified: logged.delivery, event: logged.event)
        var content: Delivery.Content
        do { content = try hook.read(verified).content } catch {
            content = .refused(code: IntakeAnswer.unexpectedPayload.code, reason: error.description)
        }
        var delivery = journaled(logged.delivery, at: hook.id, hook: hook, content: content)
        delivery.deliveryID = String(logged.id.prefix(200))
        delivery.event = logged.event
        delivery.origin = .recovered
        if case .refused = content { delivery.isParked = true }
        return await record(delivery, hook: hook)
    }

    private func hook(of entry: JournalEntry) throws(ReplayError) -> Hook {
        guard Self.isReplayable(entry) else { throw .notAccepted(outcome: entry.outcome) }
        if let hook = hooks.hook(entry.hook) { return hook }
        if entry.origin == .refs, let name = Hook.connectionName(ofRefs: entry.hook) {
            guard let connection = connections.connection(named: name) else { throw .connectionIsGone(name) }
            return Hook(refsOf: connection)
        }
        throw .hookIsGone(entry.hookName)
    }

    private func reading(_ entry: JournalEntry, of hook: Hook) throws(ReplayError) -> Hook.Reading {
        if entry.origin == .refs { return .events(entry.events ?? []) }
        do {
            // It was verified when it came in; the signature itself is not kept.
            return try hook.read(VerifiedDelivery(verified: Self.delivery(entry), event: entry.event))
        } catch { throw .unreadable(error.description) }
    }

    static func delivery(_ entry: JournalEntry) -> WebhookDelivery {
        WebhookDelivery(headers: entry.headers.map { ($0.key, $0.value) }, body: entry.body ?? Data())
    }
}
