import PipelineEngine
import PipelineModel

/// Removes the hook that RegisterWebhookWithThirdParty has made at the host. What goes wrong there is shown by ListWebhooks;
/// the call itself succeeds.
struct DeregisterWebhookWithThirdParty: APIOperation {
    struct Input: Decodable, Sendable {
        var webhookName: String?
    }

    static let name = "DeregisterWebhookWithThirdParty"

    static func inputShape(_ settings: APISettings) -> Shape { .structure(optional: ["webhookName": .webhookName]) }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> EmptyOutput {
        let webhook = try await service.webhook(input.webhookName, in: context)
        let thirdParty = service.thirdParty
        try await service.keep { _ in try await thirdParty.deregister(webhook) }
        return EmptyOutput()
    }
}
