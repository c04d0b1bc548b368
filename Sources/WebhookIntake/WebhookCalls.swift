package import Foundation
package import Logging
package import PipelineEngine
package import PipelineModel
package import PluginKit

/// Deliveries to webhooks that PutWebhook made: gate → filters → ledger. The body may be any JSON, from anybody.
package struct WebhookCalls: Sendable {
    private let webhooks: any WebhookDirectory
    private let ledger: any Ledger & WebhookLedger
    private let allowsSHA1: Bool
    private let refusals = RefusalBudget()
    private let now: @Sendable () -> Double
    private let logger: Logger

    package init(
        webhooks: any WebhookDirectory, ledger: any Ledger & WebhookLedger, allowsSHA1: Bool,
        now: @escaping @Sendable () -> Double, logger: Logger
    ) {
        self.webhooks = webhooks
        self.ledger = ledger
        self.allowsSHA1 = allowsSHA1
        self.now = now
        self.logger = logger
    }

    /// As the journal names them all: their senders differ.
    package static let provider = "PutWebhook"

    /// Takes a delivery in; a 2xx answer means that it is on disk. `nil`: no webhook has this id.
    package func accept(_ delivery: WebhookDelivery, at id: HookID) async -> IntakeAnswer? {
        guard let webhook = webhooks.webhook(id) else { return nil }
        if let (answer, reason) = WebhookGate(webhook: webhook, allowsSHA1: allowsSHA1).refusal(of: delivery) {
            return await refuse(delivery, to: webhook, answer: answer, reason: reason)
        }
        let filters: [WebhookFilter]
        do {
            filters = try Self.filters(of: webhook, on: delivery)
        } catch {
            let answer: IntakeAnswer = if case .notJSON = error { .notJSON } else { .unexpectedPayload }
            return await refuse(delivery, to: webhook, answer: answer, reason: error.description)
        }
        do {
            let receipt = try await record(journaled(delivery, to: webhook), filters, to: webhook)
            if receipt.isDuplicate { return .duplicate }
            return receipt.decisions.contains { $0.started != nil } ? .accepted : .ignored
        } catch {
            logger.error(
                "a delivery could not be committed",
                metadata: ["webhook": "\(webhook.record.name)", "reason": "\(error)"])
            return .storageUnavailable
        }
    }

    /// Journals a delivery that was larger than the door lets in. `nil`: no webhook has this id.
    package func refuseTooLarge(
        headers: [(name: String, value: String)], limit: Int, at id: HookID
    ) async -> IntakeAnswer? {
        guard let webhook = webhooks.webhook(id) else { return nil }
        return await refuse(
            WebhookDelivery(headers: headers, body: Data()), to: webhook, answer: .tooLarge,
            reason: "the body is larger than \(limit) bytes")
    }

    /// Runs a journaled delivery again by hand. `nil`: its webhook is gone.
    ///
    /// - Throws: ``ReplayError``.
    package func replay(_ entry: JournalEntry, body: Data) async throws(ReplayError) -> DeliveryReceipt? {
        guard let webhook = webhooks.webhook(entry.hook) else { return nil }
        let delivery = WebhookDelivery(headers: entry.headers.map { ($0.key, $0.value) }, body: body)
        let filters: [WebhookFilter]
        do { filters = try Self.filters(of: webhook, on: delivery) } catch { throw .unreadable(error.description) }
        var again = journaled(delivery, to: webhook)
        again.replayOf = entry.sequence
        do { return try await record(again, filters, to: webhook) } catch { throw .storageFailed("\(error)") }
    }

    private func record(
        _ delivery: Delivery, _ filters: [WebhookFilter], to webhook: Webhook
    ) async throws -> DeliveryReceipt {
        try await ledger.record(delivery, to: webhook.record.targetPipeline, noting: webhook.record.trigger) {
            webhook.verdict(filters, for: $0)
        }
    }

    /// Without filters nobody reads the body.
    private static func filters(
        of webhook: Webhook, on delivery: WebhookDelivery
    ) throws(PayloadError) -> [WebhookFilter] {
        guard !webhook.record.filters.isEmpty else { return [] }
        let document = try JSONTree(try json(in: delivery))
        var filters: [WebhookFilter] = []
        for filter in webhook.record.filters {
            do throws(JSONPathFault) {
                filters.append(WebhookFilter(filter, path: try JSONPath(filter.jsonPath), in: document))
            } catch {
                throw .unexpectedShape("the webhook's path \(filter.jsonPath) can't be used: \(error)")
            }
        }
        return filters
    }

    /// The body, or the field `payload` of a form.
    private static func json(in delivery: WebhookDelivery) throws(PayloadError) -> Data {
        guard delivery.header("Content-Type")?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true
        else { return delivery.body }
        if let payload = FormField.value(of: "payload", in: delivery.body) { return payload }
        // curl says that it sends a form whatever it sends.
        guard delivery.body.first == UInt8(ascii: "{") else { throw .notJSON("the form has no field 'payload'") }
        return delivery.body
    }

    private static let idHeaders = [
        "X-GitHub-Delivery", "X-Gitea-Delivery", "X-Request-UUID", "Idempotency-Key", "webhook-id", "ce-id",
    ]
    private static let eventHeaders = ["X-GitHub-Event", "X-Gitea-Event", "X-Gitlab-Event", "X-Event-Key", "ce-type"]

    /// Whoever gives deliveries no id means each of them, however like the last it is.
    private func journaled(_ delivery: WebhookDelivery, to webhook: Webhook) -> Delivery {
        Delivery(
            hook: webhook.record.hook, hookName: webhook.record.name, provider: Self.provider,
            deliveryID: delivery.header(firstOf: Self.idHeaders).map { String($0.prefix(200)) } ?? UUID().uuidString,
            event: delivery.header(firstOf: Self.eventHeaders).map { String($0.prefix(200)) } ?? "", receivedAt: now(),
            headers: JournaledHeaders.kept(of: delivery.headers), body: delivery.body, content: .events([]))
    }

    private func refuse(
        _ delivery: WebhookDelivery, to webhook: Webhook, answer: IntakeAnswer, reason: String
    ) async -> IntakeAnswer {
        guard refusals.allows(at: now()) else { return answer }
        var journaled = journaled(delivery, to: webhook)
        journaled.content = .refused(code: answer.code, reason: reason)
        // Only a verified sender's bytes are kept.
        if !answer.isAboutVerified { journaled.body = Data() }
        do {
            _ = try await ledger.record(journaled) { _, _ in .no(reason: reason) }
        } catch {
            logger.error(
                "a refusal could not be journaled", metadata: ["code": "\(answer.code)", "reason": "\(error)"])
        }
        return answer
    }
}
