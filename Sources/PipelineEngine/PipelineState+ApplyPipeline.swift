import PipelineModel

/// Facts about the pipeline as a whole: tags, transitions, what is known of its sources.
extension PipelineState {
    /// How many revisions of a source action are remembered. PutActionRevision tells known ones from new ones.
    static let rememberedRevisions = 4
    static let rememberedPuts = 50

    mutating func foldPipeline(_ event: PipelineEvent, at now: Double) -> [PipelineExecution] {
        switch event {
        case .pipelineTagged(let tags): self.tags.merge(tags) { _, new in new }
        case .pipelineUntagged(let keys): for key in keys { tags[key] = nil }
        case .pollingDisabled: pollingDisabledAt = now
        case .transitionChanged(let stage, let transition): stages[stage]?.transition = transition
        default: break
        }
        return []
    }

    /// A revision that is the newest already keeps where it came from.
    mutating func see(
        _ revision: String, of action: ActionName, in execution: ExecutionID?, as origin: SeenRevision.Origin
    ) {
        var known = seenRevisions[action] ?? []
        if known.last?.id == revision { return }
        known.removeAll { $0.id == revision }
        known.append(SeenRevision(id: revision, origin: origin, execution: execution))
        let limit = known.contains { $0.origin == .put } ? Self.rememberedPuts : Self.rememberedRevisions
        if known.count > limit { known.removeFirst(known.count - limit) }
        seenRevisions[action] = known
    }
}
