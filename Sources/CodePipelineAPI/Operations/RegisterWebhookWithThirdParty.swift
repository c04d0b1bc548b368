import PipelineEngine
import PipelineModel

/// Makes or repairs the hook that sends to a webhook, at the host of its target action. What goes wrong there is shown by
/// ListWebhooks; the call itself succeeds (spec: triggers-and-webhooks A3).
struct RegisterWebhookWithThirdParty: APIOperation {
    struct Input: Decodable, Sendable {
        var webhookName: String?
    }

    static let name = "RegisterWebhookWithThirdParty"

    static func inputShape(_ settings: APISettings) -> Shape { .structure(optional: ["webhookName": .webhookName]) }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> EmptyOutput {
        let webhook = try await service.webhook(input.webhookName, in: context)
        let thirdParty = service.thirdParty
        try await service.keep { _ in try await thirdParty.register(webhook) }
        return EmptyOutput()
    }
}
