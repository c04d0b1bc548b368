import PipelineEngine
import PipelineModel

/// Lists attempts of actions, the newest first, one row each.
struct ListActionExecutions: APIOperation {
    typealias Input = ExecutionListInput

    struct Output: Encodable, Sendable {
        var actionExecutionDetails: [ActionExecutionDetailView]
        var nextToken: String?
    }

    static let name = "ListActionExecutions"

    static func inputShape(_ settings: APISettings) -> Shape { ExecutionListInput.shape }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let before = try await service.cursor(of: input, operation: Self.name, in: context)
        let rows = try await rows(for: input, before: before)
        let page = rows.prefix(input.limit)
        return Output(
            actionExecutionDetails: page.map { ActionExecutionDetailView($0.action) },
            nextToken: input.token(after: rows.count > page.count ? page.last?.sequence : nil, operation: Self.name))
    }

    /// One more than the page holds, if there are more.
    private func rows(for input: Input, before: Int64?) async throws(APIError) -> [ActionExecutionRow] {
        let limit = input.limit + 1
        if let latest = input.filter?.onlyLatest {
            let runs = LatestRuns(service: service, pipeline: input.pipelineName, execution: latest)
            return Array(
                try await runs.actions().drop { row in before.map { row.sequence >= $0 } ?? false }.prefix(limit))
        }
        let (pipeline, execution) = (input.pipelineName, input.filter?.execution)
        return try await service.read {
            try await $0.actionExecutions(of: pipeline, execution: execution, before: before, limit: limit)
        }
    }
}
