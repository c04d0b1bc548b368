import Foundation
import PipelineEngine

/// Says where a provider is installed, for connections to it.
struct CreateHost: APIOperation {
    struct Input: Decodable, Sendable {
        var name: String
        var providerType: String
        var endpoint: String
        var vpc: VPCConfiguration?
        var tags: [ConnectionTag]?

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case providerType = "ProviderType"
            case endpoint = "ProviderEndpoint"
            case vpc = "VpcConfiguration"
            case tags = "Tags"
        }
    }

    struct Output: Encodable, Sendable {
        var arn: String
        var tags: [ConnectionTag]

        enum CodingKeys: String, CodingKey {
            case arn = "HostArn"
            case tags = "Tags"
        }
    }

    static let name = "CreateHost"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(
            required: [
                "Name": .connectionHostName, "ProviderType": .providerType, "ProviderEndpoint": .providerEndpoint,
            ], optional: ["VpcConfiguration": .vpcConfiguration, "Tags": .connectionTags])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        try Self.check(endpoint: input.endpoint)
        let id = "\(Self.segment(input.name))-\(newResourceID().suffix(8))"
        let record = ConnectionHostRecord(
            id: id, arn: "arn:aws:codeconnections:\(context.region):\(context.account):host/\(id)", name: input.name,
            providerType: input.providerType, endpoint: input.endpoint, vpc: input.vpc?.record,
            tags: ConnectionTag.values(of: input.tags))
        let limit = service.settings.connectionHosts
        if let conflict = try await service.write({ try await $0.add(record, upTo: limit) }) {
            // Its id is random: there was none.
            throw .internalFailure("\(conflict)")
        }
        return Output(arn: record.arn, tags: ConnectionTag.list(record.tags))
    }

    /// - Throws: `ValidationException`.
    static func check(endpoint: String) throws(APIError) {
        guard let url = URL(string: endpoint), url.host?.isEmpty == false, url.user == nil,
            url.scheme == "https" || url.scheme == "http"
        else { throw .validation("ProviderEndpoint must be a URL, e.g. https://git.example.com") }
    }

    /// What of a name an ARN can hold.
    private static func segment(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "-" })
    }
}
