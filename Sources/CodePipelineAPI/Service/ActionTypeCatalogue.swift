package import PipelineEngine
package import PipelineModel
package import PluginKit

/// The action types that can be declared here: the modules' ones and the engine's own manual approval.
package struct ActionTypeCatalogue: Sendable {
    private var types: [ActionTypeID: ActionTypeDescription]
    /// What CreateCustomActionType made and DeleteCustomActionType left, also where a module provides the type.
    private(set) var custom: [ActionTypeID: CustomActionType] = [:]

    /// - Parameter types: of every action provider that is loaded; of two with one id the first counts.
    package init(_ types: [ActionTypeDescription]) {
        self.types = Dictionary(
            ([Self.manualApproval] + types).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// In the order of their names.
    package var all: [ActionTypeDescription] { types.values.sorted { $0.id.description < $1.id.description } }

    /// A module that provides a type knows its keys: its own description counts.
    package func adding(_ custom: [CustomActionType]) -> ActionTypeCatalogue {
        var catalogue = self
        for type in custom where !type.isDeleted {
            catalogue.custom[type.id] = type
            if types[type.id] == nil { catalogue.types[type.id] = ActionTypeDescription(type) }
        }
        return catalogue
    }

    /// The custom type whose description is the one that counts.
    func declared(_ id: ActionTypeID) -> CustomActionType? {
        guard let type = custom[id], types[id] == ActionTypeDescription(type) else { return nil }
        return type
    }

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

extension ActionTypeDescription {
    /// Job workers have a day for an action.
    init(_ type: CustomActionType) {
        self.init(
            id: type.id,
            configuration: type.configurationProperties.map {
                ConfigurationProperty($0.name, required: $0.required, secret: $0.secret, summary: $0.description ?? "")
            },
            inputArtifacts: ClosedRange(type.inputArtifactDetails),
            outputArtifacts: ClosedRange(type.outputArtifactDetails),
            timeout: 86_400)
    }
}

extension ClosedRange<Int> {
    fileprivate init(_ details: CustomActionType.ArtifactDetails) {
        self = details.minimumCount...Swift.max(details.minimumCount, details.maximumCount)
    }
}
