import PipelineEngine
import PipelineModel

/// Takes tags from a pipeline or a webhook. Keys that it hasn't are no error.
struct UntagResource: APIOperation {
    struct Input: Decodable, Sendable {
        var resourceArn: String
        var tagKeys: [String]
    }

    static let name = "UntagResource"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: ["resourceArn": .resourceARN, "tagKeys": .list(of: .tagKey)])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> EmptyOutput {
        let resource = try TaggedResource(input.resourceArn, in: context)
        try RequestedTag.check(input.tagKeys)
        if let webhook = resource.webhook {
            try await WebhookTags(service, webhook, arn: resource.arn).change { tags in
                for key in input.tagKeys { tags[key] = nil }
            }
            return EmptyOutput()
        }
        let outcome = try await service.submit(.untag(input.tagKeys), about: resource.subject(in: context))
        guard case .tagged = outcome else { throw .unexpected(outcome) }
        return EmptyOutput()
    }
}
