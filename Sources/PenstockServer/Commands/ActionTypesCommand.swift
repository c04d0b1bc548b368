import PipelineEngine
import PipelineModel

/// `penstock actiontypes`: the custom action types of a running gateway, whose actions job workers do.
package enum ActionTypesCommand {
    package struct Output: Codable, Sendable {
        package var type: String
        /// `made`, or `there already`.
        package var outcome: String
    }

    private struct List: Codable, Sendable {
        struct Entry: Codable, Sendable { var id: ActionTypeID }
        var actionTypes: [Entry]
        var nextToken: String?
    }

    private struct Definition: Encodable, Sendable {
        var category: ActionCategory
        var provider: String
        var version: String
        var settings: CustomActionType.Settings?
        var configurationProperties: [CustomActionType.Property]
        var inputArtifactDetails: CustomActionType.ArtifactDetails
        var outputArtifactDetails: CustomActionType.ArtifactDetails
    }

    private struct Made: Decodable { var actionType: List.Entry }

    /// What the AWS CodePipeline plugin of Jenkins looks for: a Build and a Test type whose `ProjectName` names the
    /// Jenkins job, which is what the plugin asks for when it polls. May be called again.
    ///
    /// - Parameter server: where people see Jenkins, for links.
    /// - Throws: ``CommandError``.
    package static func createJenkins(
        provider: String, version: String, server: String?, on client: PenstockClient
    ) async throws -> [Output] {
        let known = try await list(on: client)
        var made: [Output] = []
        for category in [ActionCategory.build, .test] {
            let id = ActionTypeID(category: category, owner: .custom, provider: provider, version: version)
            guard !known.contains(id.description) else {
                made.append(Output(type: id.description, outcome: "there already"))
                continue
            }
            _ = try await client.call(
                "CreateCustomActionType", definition(of: id, server: server), as: Made.self)
            made.append(Output(type: id.description, outcome: "made"))
        }
        return made
    }

    private static func definition(of id: ActionTypeID, server: String?) -> Definition {
        let artifacts = CustomActionType.ArtifactDetails(minimumCount: 0, maximumCount: 5)
        var base = server ?? ""
        while base.hasSuffix("/") { base.removeLast() }
        return Definition(
            category: id.category, provider: id.provider, version: id.version,
            settings: server.map { _ in
                CustomActionType.Settings(
                    entityUrlTemplate: "\(base)/job/{Config:ProjectName}/",
                    executionUrlTemplate: "\(base)/job/{Config:ProjectName}/{ExternalExecutionId}/")
            },
            configurationProperties: [
                CustomActionType.Property(
                    name: "ProjectName", required: true, key: true, secret: false, queryable: true,
                    description: "The name of the job in Jenkins", type: .string)
            ], inputArtifactDetails: artifacts, outputArtifactDetails: artifacts)
    }

    /// The custom types that can be declared, by name.
    package static func list(on client: PenstockClient) async throws -> [String] {
        var types: [String] = []
        var input = ["actionOwnerFilter": ActionOwner.custom.rawValue]
        while true {
            let page = try await client.call("ListActionTypes", input, as: List.self)
            types += page.actionTypes.map(\.id.description)
            guard let next = page.nextToken else { return types }
            input["nextToken"] = next
        }
    }
}
