import PipelineModel
import PluginKit

extension ArtifactCollector {
    /// One declared output: the top block, or the secondary artifact of its name. Several: a secondary artifact each,
    /// and the top block is ignored. None: nothing is looked for.
    func collect(_ spec: Buildspec, outputs: [ArtifactName]) throws(Failure) -> [ArtifactName: ProducedArtifact] {
        var produced: [ArtifactName: ProducedArtifact] = [:]
        for name in outputs {
            var block = spec.secondaryArtifacts[name.rawValue]
            if outputs.count == 1, let top = spec.artifacts, !top.files.isEmpty { block = top }
            guard let block else {
                let place = outputs.count == 1 ? "artifacts" : "artifacts.secondary-artifacts.\(name)"
                throw Failure(message: "the buildspec has no \(place) for the output artifact '\(name)'")
            }
            produced[name] = try collect(block)
        }
        return produced
    }
}
