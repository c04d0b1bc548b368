import PipelineModel

/// The artifact graph: every input has been produced before, every output has one producer
/// (spec: pipeline-structure §5).
extension DeclarationValidator {
    func artifactFaults(of place: PlacedAction, graph: ActionGraph) -> [DeclarationFault] {
        inputFaults(of: place, graph: graph) + outputFaults(of: place, graph: graph)
    }

    private func inputFaults(of place: PlacedAction, graph: ActionGraph) -> [DeclarationFault] {
        place.action.inputs.enumerated().compactMap { index, input in
            let producers = graph.producers[input] ?? []
            guard !producers.contains(where: { $0.precedes(place) }) else { return nil }
            return .action(
                "\(place.path).inputArtifacts.\(index + 1).member.name",
                "Input Artifact Bundle \(input) in action \(place.action.name) is not declared as Output Artifact "
                    + "Bundle in any of the preceding actions")
        }
    }

    /// The first producer in the order of the declaration keeps the name; the fault is the later one's.
    private func outputFaults(of place: PlacedAction, graph: ActionGraph) -> [DeclarationFault] {
        var seen: Set<ArtifactName> = []
        return place.action.outputs.enumerated().compactMap { index, output in
            let isFirst = graph.producers[output]?.first?.path == place.path && seen.insert(output).inserted
            guard !isFirst else { return nil }
            return .action(
                "\(place.path).outputArtifacts.\(index + 1).member.name",
                "Output Artifact Bundle \(output) in action \(place.action.name) is declared more than once: output "
                    + "artifact names must be unique in a pipeline")
        }
    }
}
