import PipelineEngine
import PipelineModel

/// Gives a pipeline or a webhook tags; a key that it has gets the new value.
struct TagResource: APIOperation {
    struct Input: Decodable, Sendable {
        var resourceArn: String
        var tags: [RequestedTag]
    }

    static let name = "TagResource"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: ["resourceArn": .resourceARN, "tags": .list(of: RequestedTag.shape)])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> EmptyOutput {
        let resource = try TaggedResource(input.resourceArn, in: context)
        let tags = try RequestedTag.values(of: input.tags, on: resource.arn)
        if let webhook = resource.webhook {
            try await WebhookTags(service, webhook, arn: resource.arn).change { $0.merge(tags) { $1 } }
            return EmptyOutput()
        }
        let outcome = try await service.submit(.tag(tags), about: resource.subject(in: context))
        guard case .tagged = outcome else { throw .unexpected(outcome) }
        return EmptyOutput()
    }
}
