import PipelineModel

/// A pipeline's tags (spec: pipeline-structure §3).
extension PipelineMachine {
    static let tagLimit = 50

    mutating func tag(_ tags: [String: String]) throws(CommandRefusal) -> CommandOutcome {
        let former = try existingState().tags
        guard former.merging(tags, uniquingKeysWith: { $1 }).count <= Self.tagLimit else { throw .tooManyTags }
        if !tags.isEmpty { emit(.pipelineTagged(tags)) }
        return .tagged
    }

    /// Keys that aren't there are no error.
    mutating func untag(_ keys: [String]) throws(CommandRefusal) -> CommandOutcome {
        let former = try existingState().tags
        let gone = keys.filter { former[$0] != nil }
        if !gone.isEmpty { emit(.pipelineUntagged(gone)) }
        return .tagged
    }
}
