import Foundation
import PipelineEngine
import PipelineModel

/// Lists pipelines by name.
struct ListPipelines: APIOperation {
    struct Input: Decodable, Sendable {
        var nextToken: String?
        var maxResults: Int?
    }

    struct Output: Encodable, Sendable {
        struct Summary: Encodable, Sendable {
            var name: PipelineName
            var version: Int
            var pipelineType: PipelineType
            var executionMode: ExecutionMode
            var created: Date
            var updated: Date
        }

        var pipelines: [Summary]
        var nextToken: String?
    }

    static let name = "ListPipelines"
    private static let defaultLimit = 1000

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(optional: ["nextToken": .nextToken, "maxResults": .integer(min: 1, max: 1000)])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let after = try PageToken.read(input.nextToken, operation: Self.name, scope: "")
            .map { PipelineName($0.after) }
        let limit = input.maxResults ?? Self.defaultLimit
        let found = try await service.read { try await $0.pipelines(after: after, limit: limit + 1) }
        let page = found.prefix(limit)
        let next = found.count > limit ? page.last?.declaration.name.rawValue : nil
        return Output(
            pipelines: page.map(Output.Summary.init),
            nextToken: next.map { PageToken(operation: Self.name, scope: "", after: $0).text })
    }
}

extension ListPipelines.Output.Summary {
    init(_ summary: PipelineSummary) {
        self.init(
            name: summary.declaration.name, version: summary.declaration.version,
            pipelineType: summary.declaration.pipelineType, executionMode: summary.declaration.executionMode,
            created: Date(seconds: summary.created), updated: Date(seconds: summary.updated))
    }
}
