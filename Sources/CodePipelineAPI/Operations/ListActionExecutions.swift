import PipelineEngine
import PipelineModel

/// Lists attempts of actions, the newest first, one row each.
struct ListActionExecutions: APIOperation {
    struct Filter: Decodable, Sendable {
        enum StartTimeRange: String, Decodable, Sendable {
            case latest = "Latest"
            case all = "All"
        }

        struct LatestInExecution: Decodable, Sendable {
            var pipelineExecutionId: ExecutionID
            var startTimeRange: StartTimeRange
        }

        var pipelineExecutionId: ExecutionID?
        var latestInPipelineExecution: LatestInExecution?

        var execution: ExecutionID? { latestInPipelineExecution?.pipelineExecutionId ?? pipelineExecutionId }
    }

    struct Input: Decodable, Sendable {
        var pipelineName: PipelineName
        var filter: Filter?
        var maxResults: Int?
        var nextToken: String?
    }

    struct Output: Encodable, Sendable {
        var actionExecutionDetails: [ActionExecutionDetailView]
        var nextToken: String?
    }

    static let name = "ListActionExecutions"
    private static let defaultLimit = 100

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(
            required: ["pipelineName": .pipelineName],
            optional: [
                "filter": .structure(optional: [
                    "pipelineExecutionId": .uuid,
                    "latestInPipelineExecution": .structure(required: [
                        "pipelineExecutionId": .uuid, "startTimeRange": .oneOf("Latest", "All"),
                    ]),
                ]),
                "maxResults": .maxResults,
                "nextToken": .nextToken,
            ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let scope = input.pipelineName.rawValue
        let token = try PageToken.read(input.nextToken, operation: Self.name, scope: scope)
        let before = try token.map { token throws(APIError) in try token.number() }
        _ = try await service.state(of: input.pipelineName, in: context)
        if let id = input.filter?.execution { _ = try await service.execution(id, of: input.pipelineName) }
        let limit = input.maxResults ?? Self.defaultLimit
        let rows = try await rows(for: input, before: before, limit: limit + 1)
        let page = rows.prefix(limit)
        let next = rows.count > limit ? page.last?.sequence : nil
        return Output(
            actionExecutionDetails: page.map { ActionExecutionDetailView($0.action) },
            nextToken: next.map { PageToken(operation: Self.name, scope: scope, after: "\($0)").text })
    }

    private func rows(
        for input: Input, before: Int64?, limit: Int
    ) async throws(APIError) -> [ActionExecutionRow] {
        if let latest = input.filter?.latestInPipelineExecution, latest.startTimeRange == .latest {
            let runs = LatestRuns(service: service, pipeline: input.pipelineName, execution: latest.pipelineExecutionId)
            return Array(try await runs.rows().drop { row in before.map { row.sequence >= $0 } ?? false }.prefix(limit))
        }
        let (pipeline, execution) = (input.pipelineName, input.filter?.execution)
        return try await service.read {
            try await $0.actionExecutions(of: pipeline, execution: execution, before: before, limit: limit)
        }
    }
}
