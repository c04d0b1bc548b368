import PipelineModel

/// What ListActionExecutions and ListRuleExecutions are asked alike.
struct ExecutionListInput: Decodable, Sendable {
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

        /// The execution whose latest runs alone are wanted.
        var onlyLatest: ExecutionID? {
            guard let latest = latestInPipelineExecution, latest.startTimeRange == .latest else { return nil }
            return latest.pipelineExecutionId
        }
    }

    var pipelineName: PipelineName
    var filter: Filter?
    var maxResults: Int?
    var nextToken: String?

    static let shape = Shape.structure(
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

    var limit: Int { maxResults ?? 100 }

    /// The token of the next page; `nil` after the last one.
    func token(after sequence: Int64?, operation: String) -> String? {
        sequence.map { PageToken(operation: operation, scope: pipelineName.rawValue, after: "\($0)").text }
    }
}

extension CodePipelineService {
    /// Where a list goes on: the sequence of the last row that was sent.
    ///
    /// - Throws: `InvalidNextTokenException`, `PipelineNotFoundException`, `PipelineExecutionNotFoundException`.
    func cursor(
        of input: ExecutionListInput, operation: String, in context: CallContext
    ) async throws(APIError) -> Int64? {
        let token = try PageToken.read(input.nextToken, operation: operation, scope: input.pipelineName.rawValue)
        let before = try token.map { token throws(APIError) in try token.number() }
        _ = try await state(of: input.pipelineName, in: context)
        if let id = input.filter?.execution { _ = try await execution(id, of: input.pipelineName) }
        return before
    }
}
