import PipelineEngine
import PipelineModel

/// Lists a pipeline's or a webhook's tags by key.
struct ListTagsForResource: APIOperation {
    struct Input: Decodable, Sendable {
        var resourceArn: String
        var nextToken: String?
        var maxResults: Int?
    }

    struct Output: Encodable, Sendable {
        var tags: [RequestedTag]
        var nextToken: String?
    }

    static let name = "ListTagsForResource"
    private static let defaultLimit = 100

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(
            required: ["resourceArn": .resourceARN],
            optional: ["nextToken": .nextToken, "maxResults": .maxResults])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let resource = try TaggedResource(input.resourceArn, in: context)
        let after = try PageToken.read(input.nextToken, operation: Self.name, scope: resource.name)?.after
        let tags = try await tags(of: resource).sorted { $0.key < $1.key }.drop { tag in
            after.map { tag.key <= $0 } ?? false
        }
        let page = tags.prefix(input.maxResults ?? Self.defaultLimit)
        let next = tags.count > page.count ? page.last?.key : nil
        return Output(
            tags: page.map { RequestedTag(key: $0.key, value: $0.value) },
            nextToken: next.map { PageToken(operation: Self.name, scope: resource.name, after: $0).text })
    }

    private func tags(of resource: TaggedResource) async throws(APIError) -> [String: String] {
        if let webhook = resource.webhook {
            return try await WebhookTags(service, webhook, arn: resource.arn).read()
        }
        let state = try await service.read { try await $0.state(of: resource.pipeline) }
        guard let state else { throw .resourceNotFound(resource.arn) }
        return state.tags
    }
}
