import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PluginKit

extension Recovery {
    /// Deliveries may be under way while the log is read: the next reading begins a little earlier than this one ended.
    private static let overlap: Double = 600

    // MARK: The host's log

    func readLogs(for target: Target) async throws {
        guard let log = logs[target.connection.provider], let publicURL else { return }
        let own = hooks.all().filter { $0.connection.arn.connectionKey == target.connection.arn.connectionKey }
        for hook in own { try await read(log, for: hook, of: target, publicURL) }
    }

    private func read(_ log: any DeliveryLog, for hook: Hook, of target: Target, _ publicURL: String) async throws {
        let now = host.now().timeIntervalSince1970
        let name = target.repository.repositoryKey
        guard let until = try await ledger.logReadUntil(hook.id, repository: name) else {
            // What failed before the pipeline was there is none of its business.
            return try await ledger.noteLogRead(hook.id, repository: name, until: now)
        }
        let wish = HookWish(repository: target.name, url: "\(publicURL.trimmedSlashes)/hooks/\(hook.id)", secret: nil)
        let since = Date(timeIntervalSince1970: max(until - Self.overlap, now - log.reach))
        let missed = try await log.undelivered(wish, since: since, on: target.connection, host: host)
        var found = 0
        for logged in missed where try await !recover(logged, at: hook).isDuplicate { found += 1 }
        try await ledger.noteLogRead(hook.id, repository: name, until: now)
        guard found > 0 else { return }
        var metadata = target.metadata
        metadata["deliveries"] = "\(found)"
        logger.notice("lost deliveries were read from the host's log", metadata: metadata)
    }

    private func recover(_ logged: LoggedDelivery, at hook: Hook) async throws -> DeliveryReceipt {
        try await intake.recover(logged, at: hook).get()
    }

    // MARK: Refs

    /// - Returns: the moves that no delivery has told of yet.
    func compareRefs(of target: Target, _ former: [String: Place.Move]) async throws -> [String: Place.Move] {
        guard let reader = readers.reader(for: target.connection) else { return [:] }
        let basis = try await ledger.watchRefs(of: target.repository)
        let seen = try await within(settings.timeout) {
            try await reader.refs(of: target.name, on: target.connection, host: host)
        }
        let now = host.now().timeIntervalSince1970
        let ripe = former.filter { $0.value.since + settings.grace <= now }.mapValues(\.mark)
        let look = RefLook(
            repository: target.repository, name: target.name, basis: basis, seen: seen,
            ripe: settings.grace > 0 ? ripe : nil, delivery: delivery(for: target, at: now))
        let matchmaker = Matchmaker(hook: speaker(for: target.connection), webhookARN: arn(for: target.connection))
        let outcome = try await ledger.record(look) { matchmaker.verdict(on: $0, for: $1) }
        if let receipt = outcome.receipt {
            var metadata = target.metadata
            metadata["delivery"] = "\(receipt.sequence)"
            logger.notice("refs have moved and no delivery told of it", metadata: metadata)
        }
        return Dictionary(
            uniqueKeysWithValues: outcome.unripe.map { ref, mark in
                let known = former[ref].flatMap { $0.mark == mark ? $0 : nil }
                return (ref, known ?? Place.Move(mark: mark, since: now))
            })
    }

    private func delivery(for target: Target, at now: Double) -> Delivery {
        let hook = speaker(for: target.connection)
        return Delivery(
            hook: hook.id, hookName: hook.name, provider: target.connection.provider,
            deliveryID: "refs-\(UUID().uuidString.lowercased())", event: "refs", receivedAt: now, headers: [:],
            body: Data(), content: .events([]), origin: .refs, connection: target.connection.arn, rules: hook.rules)
    }

    /// The connection's hook, whose deliveries these would have been; one that nobody calls where it has none.
    private func speaker(for connection: Connection) -> Hook {
        hooks.all().first { $0.connection.arn.connectionKey == connection.arn.connectionKey }
            ?? Hook(refsOf: connection)
    }

    private func arn(for connection: Connection) -> String { intake.webhookARN(speaker(for: connection).name) }
}

extension String {
    fileprivate var trimmedSlashes: Substring {
        var text = self[...]
        while text.hasSuffix("/") { text = text.dropLast() }
        return text
    }
}
