import Foundation
import PipelineEngine
import PipelineModel

/// A webhook as PutWebhook and ListWebhooks answer it.
struct WebhookView: Encodable, Sendable {
    var definition: WebhookDefinition
    var url: String
    var errorMessage: String?
    var errorCode: String?
    var lastTriggered: Date?
    var arn: String
    var tags: [RequestedTag]
}

/// What is known about all webhooks: definitions, last triggers, hooks at the hosts.
struct WebhookBook: Sendable {
    let service: CodePipelineService
    let webhooks: [Registered<WebhookRecord>]
    private let triggers: [String: Double]
    private let registrations: [String: HookRegistrationRecord]

    static func open(_ service: CodePipelineService) async throws(APIError) -> WebhookBook {
        let webhooks = try await service.all(WebhookRecord.self)
        let triggers = try await service.keep { try await $0.registered(.webhookTrigger) }
        let registrations = try await service.all(HookRegistrationRecord.self)
        return WebhookBook(
            service: service, webhooks: webhooks,
            triggers: Dictionary(triggers.map { ($0.name, $0.updated) }, uniquingKeysWith: { $1 }),
            registrations: Dictionary(
                registrations.map(\.record).filter { $0.origin == .webhook }.map { ($0.hook, $0) },
                uniquingKeysWith: { $1 }))
    }

    func webhook(_ name: String) -> Registered<WebhookRecord>? { webhooks.first { $0.record.name == name } }

    func view(of webhook: WebhookRecord, in context: CallContext) -> WebhookView {
        let registration = registrations[webhook.name]
        return WebhookView(
            definition: WebhookDefinition(webhook), url: service.thirdParty.url(of: webhook.hook),
            errorMessage: registration?.errorMessage, errorCode: registration?.errorCode,
            lastTriggered: triggers[webhook.name].map { Date(seconds: $0) }, arn: context.arn(ofWebhook: webhook.name),
            tags: webhook.tags.sorted { $0.key < $1.key }.map { RequestedTag(key: $0.key, value: $0.value) })
    }
}

extension CodePipelineService {
    /// - Throws: `WebhookNotFoundException`; `ValidationException` without a name, which the model doesn't require.
    func webhook(_ name: String?, in context: CallContext) async throws(APIError) -> WebhookRecord {
        guard let name else { throw .validation("webhookName must be given") }
        guard let found = try await all(WebhookRecord.self).first(where: { $0.record.name == name }) else {
            throw .webhookNotFound(name, account: context.account)
        }
        return found.record
    }
}
