import PipelineEngine
package import PipelineModel
package import PluginKit

/// The action types that can be declared here: the modules' ones and the engine's own manual approval.
package struct ActionTypeCatalogue: Sendable {
    private let types: [ActionTypeID: ActionTypeDescription]

    /// - Parameter types: of every action provider that is loaded; of two with one id the first counts.
    package init(_ types: [ActionTypeDescription]) {
        self.types = Dictionary(
            ([Self.manualApproval] + types).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// In the order of their names.
    package var all: [ActionTypeDescription] { types.values.sorted { $0.id.description < $1.id.description } }

    package subscript(id: ActionTypeID) -> ActionTypeDescription? { types[id] }

    /// The approval: it takes no artifacts and waits seven days (spec: execution-semantics §14).
    package static let manualApproval = ActionTypeDescription(
        id: .manualApproval,
        configuration: [
            ConfigurationProperty("NotificationArn", summary: "the topic that is told of a waiting approval"),
            ConfigurationProperty("ExternalEntityLink", summary: "a URL for the approver to look at"),
            ConfigurationProperty("CustomData", summary: "a text for the approver"),
        ] + ApprovalTerms.Key.allCases.map { ConfigurationProperty($0.rawValue, summary: $0.summary) },
        inputArtifacts: 0...0, outputArtifacts: 0...0, timeout: 7 * 86_400)
}
