import PipelineModel
import PluginKit

/// The second layer of validation: the rules between the parts of a declaration.
///
/// Rules stand in `DeclarationValidator+RULES.swift` and run in the order of the spec (pipeline-structure §10); the
/// API answers the first fault, `penstock validate` shows all.
struct DeclarationValidator: Sendable {
    let actionTypes: ActionTypeCatalogue
    let ruleTypes: RuleTypeCatalogue
    let settings: APISettings
    /// The pipeline's own.
    let region: String

    /// - Throws: the first fault under its AWS name.
    func check(_ pipeline: DeclaredPipeline) throws(APIError) {
        if let fault = faults(in: pipeline).first { throw APIError(fault) }
    }

    func faults(in pipeline: DeclaredPipeline) -> [DeclarationFault] {
        let actions = pipeline.placedActions
        let graph = ActionGraph(actions)
        return typeFaults(in: pipeline)
            + structureFaults(in: pipeline) + variableFaults(in: pipeline) + storeFaults(in: pipeline)
            + stageFaults(in: pipeline) + gateFaults(in: pipeline, graph: graph)
            + actions.flatMap { faults(of: $0, in: pipeline, graph: graph) }
            + triggerFaults(in: pipeline) + roleFaults(in: pipeline)
    }

    private func faults(
        of action: PlacedAction, in pipeline: DeclaredPipeline, graph: ActionGraph
    ) -> [DeclarationFault] {
        let unavailable = availabilityFaults(of: action)
        guard let type = actionTypes[action.action.actionTypeId] else {
            return [unknownType(of: action)] + unavailable
                + graphFaults(of: action, in: pipeline, graph: graph) + regionFaults(of: action)
        }
        return artifactCountFaults(of: action, type: type) + configurationFaults(of: action, type: type)
            + unavailable + graphFaults(of: action, in: pipeline, graph: graph) + regionFaults(of: action)
    }

    private func graphFaults(
        of action: PlacedAction, in pipeline: DeclaredPipeline, graph: ActionGraph
    ) -> [DeclarationFault] {
        artifactFaults(of: action, graph: graph) + namespaceFaults(of: action, graph: graph)
            + referenceFaults(of: action, in: pipeline, graph: graph)
    }
}

/// Who produces which artifact and who declares which namespace.
struct ActionGraph {
    let producers: [ArtifactName: [PlacedAction]]
    let namespaces: [String: [PlacedAction]]

    init(_ actions: [PlacedAction]) {
        let outputs = actions.flatMap { place in place.action.outputs.map { ($0, place) } }
        producers = Dictionary(grouping: outputs, by: \.0).mapValues { $0.map(\.1) }
        namespaces = Dictionary(grouping: actions.filter { $0.action.namespace != nil }) { $0.action.namespace ?? "" }
    }
}
