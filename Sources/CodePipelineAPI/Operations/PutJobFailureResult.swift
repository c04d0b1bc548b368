import PipelineEngine
import PipelineModel

/// A worker's job failed, and its action with it.
struct PutJobFailureResult: APIOperation {
    struct Input: Decodable, Sendable {
        struct Details: Decodable, Sendable {
            var type: FailureDetails.Kind
            var message: String
            var externalExecutionId: String?
        }

        var jobId: JobID
        var failureDetails: Details
    }

    static let name = "PutJobFailureResult"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: ["jobId": .jobID, "failureDetails": .failureDetails])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> NoOutput {
        let work = try await service.workInProgress(of: input.jobId)
        let details = input.failureDetails
        let type = try await service.actionTypeCatalogue().custom[work.action.type]
        let url = type?.executionURL(
            of: details.externalExecutionId ?? work.action.externalExecutionID,
            configuration: work.action.resolvedConfiguration)
        let failure = FailureDetails(
            details.type, details.message, externalExecutionID: details.externalExecutionId, externalExecutionURL: url)
        try await service.report(.failed(failure), of: input.jobId)
        return NoOutput()
    }
}
