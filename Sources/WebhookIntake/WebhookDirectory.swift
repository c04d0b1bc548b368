package import Logging
package import PipelineEngine
package import PipelineModel
import Synchronization

/// Which webhooks PutWebhook has made.
package protocol WebhookDirectory: Sendable {
    /// Called for each delivery whose hook the configuration doesn't know: quick and without I/O.
    func webhook(_ id: HookID) -> Webhook?
}

/// Those of the registry, as of the last refresh.
package final class RegisteredWebhooks: WebhookDirectory {
    private struct Snapshot {
        var number = 0
        var webhooks: [HookID: Webhook] = [:]
    }

    private let registry: any Registry
    private let vault: any SecretVault
    private let arn: @Sendable (String) -> String
    private let logger: Logger
    private let snapshot = Mutex(Snapshot())
    private let numbers = Mutex(0)

    /// - Parameter arn: a webhook's ARN by its name.
    package init(
        registry: any Registry, vault: any SecretVault, arn: @escaping @Sendable (String) -> String, logger: Logger
    ) {
        self.registry = registry
        self.vault = vault
        self.arn = arn
        self.logger = logger
    }

    package func webhook(_ id: HookID) -> Webhook? { snapshot.withLock { $0.webhooks[id] } }

    /// Called at the start and after each change of webhooks. Of two at a time the one that began later counts.
    ///
    /// - Throws: `LedgerError`; then all stays as it was.
    package func refresh() async throws {
        let number = numbers.withLock { number in
            number += 1
            return number
        }
        var webhooks: [HookID: Webhook] = [:]
        for entry in try await registry.registered(.webhook) {
            do {
                let record = try Registered<WebhookRecord>(entry).record
                let webhook = Webhook(record, arn: arn(record.name), vault: vault)
                if case .unusable(let reason) = webhook.authentication { complain(entry.name, reason) }
                webhooks[record.hook] = webhook
            } catch {
                complain(entry.name, "\(error)")
            }
        }
        snapshot.withLock { snapshot in
            if number > snapshot.number { snapshot = Snapshot(number: number, webhooks: webhooks) }
        }
    }

    private func complain(_ webhook: String, _ reason: String) {
        logger.error("a webhook can't be used", metadata: ["webhook": "\(webhook)", "reason": "\(reason)"])
    }
}
