import PipelineEngine
import PipelineModel

/// Gives a worker jobs of a custom type, at once and perhaps none (spec: job-workers §2).
struct PollForJobs: APIOperation {
    struct Input: Decodable, Sendable {
        var actionTypeId: ActionTypeID
        var maxBatchSize: Int?
        var queryParam: [String: String]?
    }

    struct Output: Encodable, Sendable {
        struct Job: Encodable, Sendable {
            var id: JobID
            var nonce: String
            var accountId: String
            var data: JobDataView
        }

        var jobs: [Job]
    }

    static let name = "PollForJobs"

    /// The model names no upper limit; an answer must not grow without one.
    private static let largestBatch = 100

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(
            required: ["actionTypeId": .actionTypeID],
            optional: [
                "maxBatchSize": .integer(min: 1, max: nil),
                "queryParam": .map(
                    key: .configurationKey, value: .text(min: 1, max: 50, CustomActionType.Property.queryableValue),
                    min: 0, max: 1),
            ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let query = try await query(input)
        let limit = min(input.maxBatchSize ?? 1, Self.largestBatch)
        let jobs = try await service.board { try await $0.poll(query, limit: limit) }
        var given: [Output.Job] = []
        for job in jobs {
            guard let nonce = job.nonce else { continue }
            given.append(
                Output.Job(
                    id: job.id, nonce: nonce, accountId: context.account, data: try service.data(of: job, in: context)))
        }
        return Output(jobs: given)
    }

    /// - Throws: `ActionTypeNotFoundException`; `ValidationException` when the parameter isn't what the type asks for.
    private func query(_ input: Input) async throws(APIError) -> JobQuery {
        let id = input.actionTypeId
        guard id.owner == .custom else {
            throw .validation(
                "PollForJobs gives jobs of action types with the owner Custom only, not \(id.owner.rawValue)")
        }
        guard let type = try await service.actionTypeCatalogue().custom[id] else { throw .actionTypeNotFound(id) }
        let parameters = input.queryParam ?? [:]
        guard let property = type.queryable else {
            guard parameters.isEmpty else {
                throw .validation("The action type \(id) has no queryable property: send no queryParam")
            }
            return JobQuery(type: id)
        }
        guard let value = parameters[property.name] else {
            throw .validation(
                "queryParam must hold a value of '\(property.name)', the queryable property of the action type \(id)")
        }
        return JobQuery(type: id, property: (property.name, value))
    }
}
