import PipelineModel

/// `#{namespace.key}`: whoever sets it has to come before whoever reads it (spec: execution-semantics §11).
extension DeclarationValidator {
    func referenceFaults(
        of place: PlacedAction, in pipeline: DeclaredPipeline, graph: ActionGraph
    ) -> [DeclarationFault] {
        (place.action.configuration ?? [:]).sorted { $0.key < $1.key }.flatMap { key, value in
            VariableReference.all(in: value).compactMap { reference in
                complaint(about: reference, in: place, pipeline: pipeline, graph: graph).map {
                    .action("\(place.path).configuration.\(key)", $0)
                }
            }
        }
    }

    private func complaint(
        about reference: VariableReference, in place: PlacedAction, pipeline: DeclaredPipeline, graph: ActionGraph
    ) -> String? {
        let location = "The variable reference \(reference.text) in action '\(place.action.name)'"
        guard case .variable(let namespace, let key) = reference.content else {
            return "Valid format for a pipeline execution variable reference is a namespace and a key separated by a "
                + "period (.). \(location) is not valid"
        }
        switch namespace {
        case "codepipeline":
            return key == "PipelineExecutionId" ? nil : "\(location) is not valid: the key is PipelineExecutionId"
        case "variables":
            if place.action.isSource { return "\(location) is not valid: source actions can't use pipeline variables" }
            let isDeclared = (pipeline.variables ?? []).contains { $0.name == key }
            return isDeclared ? nil : "\(location) is not valid: the pipeline declares no variable '\(key)'"
        default:
            let producers = graph.namespaces[namespace] ?? []
            if producers.isEmpty { return "\(location) is not valid: no action declares namespace '\(namespace)'" }
            guard !producers.contains(where: { $0.precedes(place) }) else { return nil }
            return "\(location) is not valid: the action with namespace '\(namespace)' doesn't run before it"
        }
    }
}
