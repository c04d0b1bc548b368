import Foundation
import PipelineEngine
import PipelineModel

/// Shows the stages of the declaration in force with whoever is in, in front of and last seen in each.
struct GetPipelineState: APIOperation {
    struct Input: Decodable, Sendable {
        var name: PipelineName
    }

    struct Output: Encodable, Sendable {
        var pipelineName: PipelineName
        var pipelineVersion: Int
        var stageStates: [StageStateView]
        var created: Date
        var updated: Date
    }

    static let name = "GetPipelineState"

    static func inputShape(_ settings: APISettings) -> Shape { .structure(required: ["name": .pipelineName]) }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let state = try await service.state(of: input.name, in: context)
        let actionTypes = try await service.actionTypeCatalogue()
        return Output(
            pipelineName: state.declaration.name, pipelineVersion: state.declaration.version,
            stageStates: state.declaration.stages.map { StageStateView($0, in: state, actionTypes) },
            created: Date(seconds: state.created), updated: Date(seconds: state.updated))
    }
}
