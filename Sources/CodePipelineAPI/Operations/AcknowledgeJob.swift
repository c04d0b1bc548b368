import PipelineEngine

/// A worker takes the job that it was given: the first with its nonce has it. May come twice.
struct AcknowledgeJob: APIOperation {
    struct Input: Decodable, Sendable {
        var jobId: JobID
        var nonce: String
    }

    struct Output: Encodable, Sendable {
        /// Anything but `InProgress`: the job is another's, or has ended.
        var status: JobStatus
    }

    static let name = "AcknowledgeJob"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: ["jobId": .jobID, "nonce": .nonce])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        switch try await service.board({ try await $0.acknowledge(input.jobId, nonce: input.nonce) }) {
        case .taken(let status), .invalidState(let status): return Output(status: status)
        case .notFound: throw .jobNotFound(input.jobId)
        case .invalidNonce: throw .invalidNonce(input.jobId)
        }
    }
}
