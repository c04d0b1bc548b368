package import PipelineModel
package import PluginKit

/// The rule types that can be declared here: those of the modules that are loaded.
package struct RuleTypeCatalogue: Sendable {
    private let types: [RuleTypeID: RuleTypeDescription]

    /// - Parameter types: of every rule provider that is loaded; of two with one id the first counts.
    package init(_ types: [RuleTypeDescription]) {
        self.types = Dictionary(types.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package subscript(id: RuleTypeID) -> RuleTypeDescription? { types[id] }

    /// In the order of their names.
    package var all: [RuleTypeDescription] { types.values.sorted { $0.id.description < $1.id.description } }
}
