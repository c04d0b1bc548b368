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

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let scope = input.pipelineName.rawValue
        let token = try PageToken.read(input.nextToken, operation: Self.name, scope: scope)
        let before = try token.map { token throws(APIError) in Int(try token.number()) }
        let state = try await service.state(of: input.pipelineName, in: context)
        let limit = input.maxResults ?? Self.defaultLimit
        let rows = try await rows(
            of: state, before: before, limit: limit + 1, succeededIn: input.filter?.succeededInStage?.stageName)
        let page = rows.prefix(limit)
        let next = rows.count > limit ? page.last?.number : nil
        return Output(
            pipelineExecutionSummaries: page.map(ExecutionSummaryView.init),
            nextToken: next.map { PageToken(operation: Self.name, scope: scope, after: "\($0)").text })
    }

    /// The filter finds candidates of a rollback: those of the version in force only.
    private func rows(
        of state: PipelineState, before: Int?, limit: Int, succeededIn stage: StageName?
    ) async throws(APIError) -> [PipelineExecution] {
        let (name, version) = (state.declaration.name, state.declaration.version)
        return try await service.read { ledger in
            guard let stage else { return try await ledger.executions(of: name, before: before, limit: limit) }
            return try await ledger.executions(
                of: name, succeededIn: stage, version: version, before: before, limit: limit)
        }
    }
}
