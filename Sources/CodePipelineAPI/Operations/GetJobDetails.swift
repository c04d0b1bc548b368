import PipelineEngine

/// Shows a job that is still to be done, with credentials: workers whose credentials end ask again.
struct GetJobDetails: APIOperation {
    struct Input: Decodable, Sendable {
        var jobId: JobID
    }

    struct Output: Encodable, Sendable {
        struct Details: Encodable, Sendable {
            var id: JobID
            var data: JobDataView
            var accountId: String
        }

        var jobDetails: Details
    }

    static let name = "GetJobDetails"

    static func inputShape(_ settings: APISettings) -> Shape { .structure(required: ["jobId": .jobID]) }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        guard let job = try await service.board({ try await $0.job(input.jobId) }) else {
            throw .jobNotFound(input.jobId)
        }
        return Output(
            jobDetails: .init(
                id: job.id, data: try service.data(of: job, in: context), accountId: context.account))
    }
}
