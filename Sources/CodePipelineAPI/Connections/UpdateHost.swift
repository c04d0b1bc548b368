import PipelineEngine

/// Moves a host. Connections that are complete keep the URL that they were completed with.
struct UpdateHost: APIOperation {
    struct Input: Decodable, Sendable {
        var arn: String
        var endpoint: String?
        var vpc: VPCConfiguration?

        enum CodingKeys: String, CodingKey {
            case arn = "HostArn"
            case endpoint = "ProviderEndpoint"
            case vpc = "VpcConfiguration"
        }
    }

    static let name = "UpdateHost"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(
            required: ["HostArn": .connectionHostARN],
            optional: ["ProviderEndpoint": .providerEndpoint, "VpcConfiguration": .vpcConfiguration])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> EmptyOutput {
        if let endpoint = input.endpoint { try CreateHost.check(endpoint: endpoint) }
        let former = try await ConnectionBook.open(service).host(input.arn)
        var record = former.record
        record.endpoint = input.endpoint ?? record.endpoint
        record.vpc = input.vpc?.record ?? record.vpc
        let changed = record
        if let conflict = try await service.write({ try await $0.put(changed, over: former) }) {
            throw .connectionConflict(conflict)
        }
        return EmptyOutput()
    }
}
