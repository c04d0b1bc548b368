import Foundation
import PipelineEngine
import PipelineModel

/// Shows a declaration: the one in force, or an earlier version.
struct GetPipeline: APIOperation {
    struct Input: Decodable, Sendable {
        var name: PipelineName
        var version: Int?
    }

    struct Output: Encodable, Sendable {
        struct Metadata: Encodable, Sendable {
            var pipelineArn: String
            var created: Date
            var updated: Date
            /// Since when nobody polls its sources.
            var pollingDisabledAt: Date?
        }

        var pipeline: PipelineDeclarationOutput
        var metadata: Metadata
    }

    static let name = "GetPipeline"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(required: ["name": .pipelineName], optional: ["version": .pipelineVersion])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let state = try await service.state(of: input.name, in: context)
        let declaration = try await declaration(version: input.version, of: state)
        return Output(
            pipeline: PipelineDeclarationOutput(declaration),
            metadata: Output.Metadata(
                pipelineArn: context.arn(ofPipeline: input.name.rawValue), created: Date(seconds: state.created),
                updated: Date(seconds: state.updated),
                pollingDisabledAt: state.pollingDisabledAt.map(Date.init(seconds:))))
    }

    private func declaration(version: Int?, of state: PipelineState) async throws(APIError) -> PipelineDeclaration {
        guard let version, version != state.declaration.version else { return state.declaration }
        let name = state.declaration.name
        let earlier = try await service.read { try await $0.declaration(of: name, version: version) }
        guard let earlier else {
            throw APIError(
                "PipelineVersionNotFoundException", "The pipeline '\(name)' does not have a version \(version)")
        }
        return earlier
    }
}
