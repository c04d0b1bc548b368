import PipelineEngine

/// Lists hosts by ARN.
struct ListHosts: APIOperation {
    struct Input: Decodable, Sendable {
        var maxResults: Int?
        var nextToken: String?

        enum CodingKeys: String, CodingKey {
            case maxResults = "MaxResults"
            case nextToken = "NextToken"
        }
    }

    struct Output: Encodable, Sendable {
        var hosts: [ConnectionHostView]
        var nextToken: String?

        enum CodingKeys: String, CodingKey {
            case hosts = "Hosts"
            case nextToken = "NextToken"
        }
    }

    static let name = "ListHosts"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(optional: ["MaxResults": .connectionPage, "NextToken": .connectionToken])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let hosts = try await ConnectionBook.open(service).hosts.map(\.record).sorted { $0.arn < $1.arn }
        let (page, next) = try ConnectionPages.page(
            hosts, by: \.arn, after: input.nextToken, limit: input.maxResults, of: Self.name)
        return Output(hosts: page.map { ConnectionHostView($0, listed: true) }, nextToken: next)
    }
}
