import PipelineEngine
import PipelineModel

/// Makes a webhook for a pipeline's source action, or changes the one of that name, whose URL stays (spec:
/// triggers-and-webhooks A3).
struct PutWebhook: APIOperation {
    struct Input: Decodable, Sendable {
        var webhook: WebhookDefinition
        var tags: [RequestedTag]?
    }

    struct Output: Encodable, Sendable {
        var webhook: WebhookView
    }

    static let name = "PutWebhook"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(
            required: ["webhook": WebhookDefinition.shape], optional: ["tags": .list(of: RequestedTag.shape)])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let definition = input.webhook
        let arn = context.arn(ofWebhook: definition.name)
        let tags = try input.tags.map { tags throws(APIError) in try RequestedTag.values(of: tags, on: arn) }
        let action = try await target(of: definition, in: context)
        try definition.checkFilters(against: action)
        let book = try await WebhookBook.open(service)
        let former = book.webhook(definition.name)
        let record = WebhookRecord(
            name: definition.name, hook: former?.record.hook ?? Self.newID(),
            targetPipeline: definition.targetPipeline, targetAction: definition.targetAction,
            filters: definition.recordedFilters,
            authentication: try definition.sealed(by: service.vault, over: former?.record),
            tags: tags ?? former?.record.tags ?? [:])
        if former == nil {
            let limit = service.settings.webhooks
            try await service.keep { try await $0.add(record, upTo: limit) }
        } else {
            try await service.put(record, over: former)
        }
        return Output(webhook: book.view(of: record, in: context))
    }

    /// - Throws: `PipelineNotFoundException`, `ValidationException` for what is no source action of the first stage.
    private func target(
        of definition: WebhookDefinition, in context: CallContext
    ) async throws(APIError) -> ActionDeclaration {
        let state = try await service.state(of: definition.targetPipeline, in: context)
        let action = state.declaration.stages.first?.actions.first { $0.name == definition.targetAction }
        guard let action, action.actionTypeId.category == .source else {
            throw .validation(
                "The target action '\(definition.targetAction)' is not a source action of the first stage of pipeline "
                    + "'\(definition.targetPipeline)'")
        }
        return action
    }

    /// 128 random bits: nobody guesses the URL.
    private static func newID() -> HookID {
        var source = SystemRandomNumberGenerator()
        return HookID(
            (0..<16).map { _ in
                let byte = UInt8.random(in: .min ... .max, using: &source)
                return (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined())
    }
}
