import Foundation
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
        struct Entry: Codable, Sendable {
            var id: ActionTypeID
            var settings: CustomActionType.Settings?
        }
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
        try check(server)
        let known = try await entries(on: client)
        var made: [Output] = []
        for category in [ActionCategory.build, .test] {
            let id = ActionTypeID(category: category, owner: .custom, provider: provider, version: version)
            let definition = definition(of: id, server: server)
            if let there = known.first(where: { $0.id == id }) {
                guard server == nil || there.settings?.entityUrlTemplate == definition.settings?.entityUrlTemplate
                else {
                    throw CommandError(
                        .failed,
                        "\(id) is there already, with \(there.settings?.entityUrlTemplate ?? "no links") for its jobs; "
                            + "a type can't be changed: give the new one another --type-version")
                }
                made.append(Output(type: id.description, outcome: "there already"))
                continue
            }
            do {
                _ = try await client.call("CreateCustomActionType", definition, as: Made.self)
            } catch let error as CommandError where error.message.contains("another version") {
                throw CommandError(error.kind, "\(error.message) (--type-version)")
            }
            made.append(Output(type: id.description, outcome: "made"))
        }
        return made
    }

    /// People click it.
    private static func check(_ server: String?) throws {
        guard let server else { return }
        let isWeb = ["https://", "http://"].contains(where: server.lowercased().hasPrefix)
        guard isWeb, let host = URL(string: server)?.host, !host.isEmpty, !ConnectionSettings.holdsSecret(server),
            !server.contains(where: { $0.isWhitespace || "{}?#".contains($0) })
        else {
            throw CommandError(
                .invalidInput, "--server must be like https://HOST[:PORT][/PATH], without a user, not '\(server)'")
        }
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
        try await entries(on: client).map(\.id.description)
    }

    private static func entries(on client: PenstockClient) async throws -> [List.Entry] {
        var types: [List.Entry] = []
        var input = ["actionOwnerFilter": ActionOwner.custom.rawValue]
        while true {
            let page = try await client.call("ListActionTypes", input, as: List.self)
            types += page.actionTypes
            guard let next = page.nextToken else { return types }
            input["nextToken"] = next
        }
    }
}
