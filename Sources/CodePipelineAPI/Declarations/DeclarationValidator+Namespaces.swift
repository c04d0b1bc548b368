import PipelineModel

/// Namespaces: one producer each, none of the reserved words (spec: pipeline-structure §5).
extension DeclarationValidator {
    static let reservedNamespaces: Set<String> = ["codepipeline", "variables"]

    func namespaceFaults(of place: PlacedAction, graph: ActionGraph) -> [DeclarationFault] {
        guard let namespace = place.action.namespace else { return [] }
        let path = "\(place.path).namespace"
        let name = place.action.name
        var faults: [DeclarationFault] = []
        if graph.namespaces[namespace]?.first?.path != place.path {
            faults.append(
                .action(
                    path,
                    "Namespaces must be unique across the pipeline definition. The following occur more than once in "
                        + "the pipeline. StageName=[\(place.stage)], ActionName=[\(name)], Namespace=[\(namespace)]"))
        }
        if Self.reservedNamespaces.contains(namespace) {
            faults.append(.action(path, "Namespace '\(namespace)' of action '\(name)' is reserved: choose another one"))
        }
        if graph.producers[ArtifactName(namespace)] != nil {
            faults.append(
                .action(
                    path,
                    "Namespace '\(namespace)' of action '\(name)' is the name of an artifact too: choose another one"))
        }
        return faults
    }
}
