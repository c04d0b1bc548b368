import PipelineEngine
import PipelineModel

/// Takes a webhook away: its URL is unknown from now on. One that isn't there is no error. The hook at the host stays
/// unless it is deregistered first (spec: triggers-and-webhooks A3).
struct DeleteWebhook: APIOperation {
    struct Input: Decodable, Sendable {
        var name: String
    }

    static let name = "DeleteWebhook"

    static func inputShape(_ settings: APISettings) -> Shape { .structure(required: ["name": .webhookName]) }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> EmptyOutput {
        let webhooks = try await service.all(WebhookRecord.self)
        guard let webhook = webhooks.first(where: { $0.record.name == input.name }) else { return EmptyOutput() }
        let registration = HookRegistrationRecord.key(.webhook, input.name, "")
        try await service.keep {
            try await $0.change(registry: [
                .expect(.webhook, name: input.name, record: webhook.bytes), .remove(.webhook, name: input.name),
                .remove(.webhookTrigger, name: input.name), .remove(.hookRegistration, name: registration),
            ])
        }
        return EmptyOutput()
    }
}
