import PipelineModel

/// Shows one execution: status, trigger, resolved variables and the revisions behind its artifacts.
struct GetPipelineExecution: APIOperation {
    struct Input: Decodable, Sendable {
        var pipelineName: PipelineName
        var pipelineExecutionId: ExecutionID
    }

    struct Output: Encodable, Sendable {
        var pipelineExecution: ExecutionView
    }

    static let name = "GetPipelineExecution"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: ["pipelineName": .pipelineName, "pipelineExecutionId": .uuid])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        _ = try await service.state(of: input.pipelineName, in: context)
        let execution = try await service.execution(input.pipelineExecutionId, of: input.pipelineName)
        return Output(pipelineExecution: ExecutionView(execution))
    }
}
