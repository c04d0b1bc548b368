import PipelineModel
import PluginKit

/// Lists the rule types that the modules of this gateway provide. The model has no pages here, whatever errors it
/// declares.
struct ListRuleTypes: APIOperation {
    struct Input: Decodable, Sendable {
        var ruleOwnerFilter: String?
        /// Rules run in every region.
        var regionFilter: String?
    }

    struct Output: Encodable, Sendable {
        struct RuleType: Encodable, Sendable {
            var id: RuleTypeID
            var ruleConfigurationProperties: [PropertyView]
            var inputArtifactDetails: ArtifactCountView
        }

        var ruleTypes: [RuleType]
    }

    static let name = "ListRuleTypes"

    static func inputShape(_ settings: APISettings) -> Shape {
        .structure(optional: ["ruleOwnerFilter": .oneOf("AWS"), "regionFilter": .region])
    }

    let service: CodePipelineService

    func callAsFunction(_ input: Input, in context: CallContext) async throws(APIError) -> Output {
        Output(
            ruleTypes: service.ruleTypes.all
                .filter { type in input.ruleOwnerFilter.map { $0 == type.id.owner } ?? true }
                .map(Output.RuleType.init))
    }
}

extension ListRuleTypes.Output.RuleType {
    init(_ type: RuleTypeDescription) {
        self.init(
            id: type.id, ruleConfigurationProperties: PropertyView.list(type.configuration),
            inputArtifactDetails: ArtifactCountView(type.inputArtifacts))
    }
}
