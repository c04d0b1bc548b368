import PipelineEngine
import PipelineModel

/// Lists connections by ARN: the configuration's and those that the API made.
struct ListConnections: APIOperation {
    struct Input: Decodable, Sendable {
        var providerType: String?
        var hostARN: String?
        var maxResults: Int?
        var nextToken: String?

        enum CodingKeys: String, CodingKey {
            case providerType = "ProviderTypeFilter"
            case hostARN = "HostArnFilter"
            case maxResults = "MaxResults"
            case nextToken = "NextToken"
        }
    }

    struct Output: Encodable, Sendable {
        var connections: [ConnectionView]
        var nextToken: String?

        enum CodingKeys: String, CodingKey {
            case connections = "Connections"
            case nextToken = "NextToken"
        }
    }

    static let name = "ListConnections"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(optional: [
            "ProviderTypeFilter": .providerType, "HostArnFilter": .connectionHostARN, "MaxResults": .connectionPage,
            "NextToken": .connectionToken,
        ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let book = try await ConnectionBook.open(service)
        var views = book.connections.map { ConnectionView($0.record, account: context.account) }
        views += book.declared.map { ConnectionView($0, account: context.account) }
        if let type = input.providerType { views.removeAll { $0.providerType != type } }
        if let host = input.hostARN {
            let key = ConnectionARN(host).connectionKey
            views.removeAll { $0.hostARN.map { ConnectionARN($0).connectionKey } != key }
        }
        let (page, next) = try ConnectionPages.page(
            views.sorted { $0.arn < $1.arn }, by: \.arn.rawValue, after: input.nextToken, limit: input.maxResults,
            of: Self.name)
        return Output(connections: page, nextToken: next)
    }
}

/// Pages as CodeConnections has them: a limit of 0 is none.
enum ConnectionPages {
    private static let defaultLimit = 100

    /// - Throws: `ValidationException` for a token of something else; the model declares no error for it.
    static func page<Item>(
        _ items: [Item], by key: (Item) -> String, after token: String?, limit: Int?, of operation: String
    ) throws(APIError) -> (page: [Item], next: String?) {
        let after: String?
        do { after = try PageToken.read(token, operation: operation, scope: "")?.after } catch {
            throw .validation(APIError.invalidNextToken.message)
        }
        let rest = items.drop { item in after.map { key(item) <= $0 } ?? false }
        let wanted = limit ?? defaultLimit
        let page = rest.prefix(wanted == 0 ? defaultLimit : wanted)
        let next = rest.count > page.count ? page.last.map(key) : nil
        return (Array(page), next.map { PageToken(operation: operation, scope: "", after: $0).text })
    }
}
