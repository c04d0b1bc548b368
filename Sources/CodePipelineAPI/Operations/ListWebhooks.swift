import PipelineEngine
import PipelineModel

/// Lists webhooks by name.
struct ListWebhooks: APIOperation {
    struct Input: Decodable, Sendable {
        var nextToken: String?
        var maxResults: Int?

        enum CodingKeys: String, CodingKey {
            case nextToken = "NextToken"
            case maxResults = "MaxResults"
        }
    }

    struct Output: Encodable, Sendable {
        var webhooks: [WebhookView]
        var nextToken: String?

        enum CodingKeys: String, CodingKey {
            case webhooks
            case nextToken = "NextToken"
        }
    }

    static let name = "ListWebhooks"
    private static let defaultLimit = 100

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(optional: ["NextToken": .nextToken, "MaxResults": .maxResults])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let after = try PageToken.read(input.nextToken, operation: Self.name, scope: "")?.after
        let book = try await WebhookBook.open(service)
        let rest = book.webhooks.map(\.record).drop { webhook in after.map { webhook.name <= $0 } ?? false }
        let page = rest.prefix(input.maxResults ?? Self.defaultLimit)
        let next = rest.count > page.count ? page.last?.name : nil
        return Output(
            webhooks: page.map { book.view(of: $0, in: context) },
            nextToken: next.map { PageToken(operation: Self.name, scope: "", after: $0).text })
    }
}
