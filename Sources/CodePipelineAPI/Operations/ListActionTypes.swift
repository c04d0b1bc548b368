import PipelineEngine
import PipelineModel
import PluginKit

/// Lists the action types that can be declared here, by owner, category, provider and version.
struct ListActionTypes: APIOperation {
    struct Input: Decodable, Sendable {
        var actionOwnerFilter: ActionOwner?
        var nextToken: String?
        var regionFilter: String?
    }

    struct Output: Encodable, Sendable {
        struct ActionType: Encodable, Sendable {
            var id: ActionTypeID
            var settings: CustomActionType.Settings?
            var actionConfigurationProperties: [PropertyView]
            var inputArtifactDetails: ArtifactCountView
            var outputArtifactDetails: ArtifactCountView
        }

        var actionTypes: [ActionType]
        var nextToken: String?
    }

    static let name = "ListActionTypes"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(optional: [
            "actionOwnerFilter": .oneOf("AWS", "ThirdParty", "Custom"), "nextToken": .nextToken,
            "regionFilter": .region,
        ])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        let scope = "\(input.actionOwnerFilter?.rawValue ?? "") \(input.regionFilter ?? "")"
        let after = try PageToken.read(input.nextToken, operation: Self.name, scope: scope)?.after
        let catalogue = try await service.actionTypeCatalogue()
        let types = catalogue.all.filter { type in
            (input.actionOwnerFilter.map { $0 == type.id.owner } ?? true)
                && Self.isAvailable(type.id, in: input.regionFilter ?? context.region, home: context.region)
                && after.map { type.id.description > $0 } ?? true
        }
        let page = types.prefix(service.settings.actionTypesPerPage)
        let next = types.count > page.count ? page.last?.id.description : nil
        return Output(
            actionTypes: page.map { type in
                catalogue.declared(type.id).map(Output.ActionType.init) ?? Output.ActionType(type)
            },
            nextToken: next.map { PageToken(operation: Self.name, scope: scope, after: $0).text })
    }

    /// Elsewhere than at home, only what AWS owns can run, and no source (spec: pipeline-structure §5).
    private static func isAvailable(_ type: ActionTypeID, in region: String, home: String) -> Bool {
        region == home || (type.owner == .aws && type.category != .source)
    }
}

extension ListActionTypes.Output.ActionType {
    init(_ type: CustomActionType) {
        self.init(
            id: type.id, settings: type.settings,
            actionConfigurationProperties: type.configurationProperties.map(PropertyView.init),
            inputArtifactDetails: ArtifactCountView(type.inputArtifactDetails),
            outputArtifactDetails: ArtifactCountView(type.outputArtifactDetails))
    }

    init(_ type: ActionTypeDescription) {
        self.init(
            id: type.id, settings: nil, actionConfigurationProperties: PropertyView.list(type.configuration),
            inputArtifactDetails: ArtifactCountView(type.inputArtifacts),
            outputArtifactDetails: ArtifactCountView(type.outputArtifacts))
    }
}
