import PipelineModel

/// `#{namespace.key}`: whoever sets it has to come before whoever reads it (spec: execution-semantics §11).
extension DeclarationValidator {
    func referenceFaults(
        of place: PlacedAction, in pipeline: DeclaredPipeline, graph: ActionGraph
    ) -> [DeclarationFault] {
        (place.action.configuration ?? [:]).sorted { $0.key < $1.key }.flatMap { key, value in
            VariableReference.all(in: value).compactMap { reference in
                complaint(about: reference, in: .action(place), pipeline: pipeline, graph: graph).map {
                    .action("\(place.path).configuration.\(key)", $0)
                }
            }
        }
    }

    /// Rules may read what they may take as input artifacts, in their configuration and their commands.
    func referenceFaults(of place: PlacedRule, in pipeline: DeclaredPipeline, graph: ActionGraph) -> [DeclarationFault]
    {
        let values =
            (place.rule.configuration ?? [:]).sorted { $0.key < $1.key }.map { ("configuration.\($0.key)", $0.value) }
            + (place.rule.commands ?? []).enumerated().map { ("commands.\($0 + 1).member", $1) }
        return values.flatMap { member, value in
            VariableReference.all(in: value).compactMap { reference in
                complaint(about: reference, in: .rule(place), pipeline: pipeline, graph: graph).map {
                    .stage("\(place.path).\(member)", $0)
                }
            }
        }
    }

    /// Who reads a variable.
    private enum Reader {
        case action(PlacedAction)
        case rule(PlacedRule)

        var title: String {
            switch self {
            case .action(let place): "action '\(place.action.name)'"
            case .rule(let place): "rule '\(place.rule.name)' of stage '\(place.stage)'"
            }
        }

        var isSource: Bool { if case .action(let place) = self { place.action.isSource } else { false } }

        func follows(_ producer: PlacedAction) -> Bool {
            switch self {
            case .action(let place): producer.precedes(place)
            case .rule(let place): place.follows(producer)
            }
        }
    }

    private func complaint(
        about reference: VariableReference, in reader: Reader, pipeline: DeclaredPipeline, graph: ActionGraph
    ) -> String? {
        let location = "The variable reference \(reference.text) in \(reader.title)"
        guard case .variable(let namespace, let key) = reference.content else {
            return "Valid format for a pipeline execution variable reference is a namespace and a key separated by a "
                + "period (.). \(location) is not valid"
        }
        switch namespace {
        case "codepipeline":
            return key == "PipelineExecutionId" ? nil : "\(location) is not valid: the key is PipelineExecutionId"
        case "variables":
            if reader.isSource { return "\(location) is not valid: source actions can't use pipeline variables" }
            let isDeclared = (pipeline.variables ?? []).contains { $0.name == key }
            return isDeclared ? nil : "\(location) is not valid: the pipeline declares no variable '\(key)'"
        default:
            let producers = graph.namespaces[namespace] ?? []
            if producers.isEmpty { return "\(location) is not valid: no action declares namespace '\(namespace)'" }
            guard !producers.contains(where: reader.follows) else { return nil }
            return "\(location) is not valid: the action with namespace '\(namespace)' doesn't run before it"
        }
    }
}
