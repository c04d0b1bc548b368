import PipelineEngine
import PipelineModel

/// Removes a pipeline with its history. Deleting what isn't there succeeds.
struct DeletePipeline: APIOperation {
    struct Input: Decodable, Sendable {
        var name: PipelineName
    }

    static let name = "DeletePipeline"

    static func inputShape(_ settings: APISettings) -> Shape { .structure(required: ["name": .pipelineName]) }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> NoOutput {
        let subject = RefusalSubject(account: context.account, pipeline: input.name)
        let outcome = try await service.submit(.delete, about: subject)
        switch outcome {
        case .deleted, .ignored: return NoOutput()
        default: throw .unexpected(outcome)
        }
    }
}
