import PipelineEngine
import PipelineModel

/// Lists executions, the newest start first.
struct ListPipelineExecutions: APIOperation {
    struct Filter: Decodable, Sendable {
        struct SucceededInStage: Decodable, Sendable {
            var stageName: StageName?
        }

        var succeededInStage: SucceededInStage?
    }

    struct Input: Decodable, Sendable {
        var pipelineName: PipelineName
        var maxResults: Int?
        var filter: Filter?
        var nextToken: String?
    }

    struct Output: Encodable, Sendable {
        var pipelineExecutionSummaries: [ExecutionSummaryView]
        var nextToken: String?
    }

    static let name = "ListPipelineExecutions"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(
            required: ["pipelineName": .pipelineName],
            optional: [
                "maxResults": .maxResults,
                "filter": .structure(optional: [
                    "succeededInStage": .structure(optional: ["stageName": .stageName])
                ]),
                "nextToken": .nextToken,
            ])
    }

    let service: CodePipelineService
    private static let defaultLimit = 100
    /// Rows read at a time, and at most for one answer: a filter that matches nothing ends in a token, not a crawl.
    private static let chunk = 100
    private static let chunksForOneAnswer = 20

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let scope = input.pipelineName.rawValue
        let token = try PageToken.read(input.nextToken, operation: Self.name, scope: scope)
        let state = try await service.state(of: input.pipelineName, in: context)
        let page = try await page(
            of: state, before: try token.map { token throws(APIError) in Int(try token.number()) },
            limit: input.maxResults ?? Self.defaultLimit, succeededIn: input.filter?.succeededInStage?.stageName)
        return Output(
            pipelineExecutionSummaries: page.executions.map(ExecutionSummaryView.init),
            nextToken: page.next.map { PageToken(operation: Self.name, scope: scope, after: "\($0)").text })
    }

    private func page(
        of state: PipelineState, before start: Int?, limit: Int, succeededIn stage: StageName?
    ) async throws(APIError) -> (executions: [PipelineExecution], next: Int?) {
        var matches: [PipelineExecution] = []
        var before = start
        for _ in 0..<Self.chunksForOneAnswer {
            let (name, cursor) = (state.declaration.name, before)
            let rows = try await service.read { try await $0.executions(of: name, before: cursor, limit: Self.chunk) }
            matches += rows.filter { Self.isWanted($0, succeededIn: stage, version: state.declaration.version) }
            if matches.count > limit {
                let page = Array(matches.prefix(limit))
                return (page, page.last?.number)
            }
            guard rows.count == Self.chunk, let last = rows.last else { return (matches, nil) }
            before = last.number
        }
        return (matches, before)
    }

    /// The filter finds candidates of a rollback: those of the version in force only.
    private static func isWanted(_ execution: PipelineExecution, succeededIn stage: StageName?, version: Int) -> Bool {
        guard let stage else { return true }
        return execution.pipelineVersion == version
            && execution.stages.contains { $0.name == stage && $0.status == .succeeded }
    }
}
