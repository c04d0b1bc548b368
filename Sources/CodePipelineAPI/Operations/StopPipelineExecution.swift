import PipelineEngine
import PipelineModel

/// Stops an execution: after its running actions, or by abandoning them (spec: execution-semantics §7).
struct StopPipelineExecution: APIOperation {
    struct Input: Decodable, Sendable {
        var pipelineName: PipelineName
        var pipelineExecutionId: ExecutionID
        var abandon: Bool?
        var reason: String?
    }

    struct Output: Encodable, Sendable {
        var pipelineExecutionId: ExecutionID
    }

    static let name = "StopPipelineExecution"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(
            required: ["pipelineName": .pipelineName, "pipelineExecutionId": .uuid],
            optional: ["abandon": .boolean, "reason": .text(max: 200)])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let command = PipelineCommand.stop(
            input.pipelineExecutionId, mode: input.abandon == true ? .abandon : .wait, reason: input.reason)
        let subject = RefusalSubject(
            account: context.account, pipeline: input.pipelineName, execution: input.pipelineExecutionId,
            unknownExecutionCode: "PipelineExecutionNotStoppableException")
        let outcome = try await service.submit(command, about: subject)
        guard case .stopping(let id) = outcome else { throw .unexpected(outcome) }
        return Output(pipelineExecutionId: id)
    }
}
