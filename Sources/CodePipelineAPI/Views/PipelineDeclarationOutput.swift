import PipelineModel

/// A declaration as answers show it: the stored form with `****` for each secret.
struct PipelineDeclarationOutput: Encodable, Sendable {
    private let masked: PipelineDeclaration

    init(_ declaration: PipelineDeclaration) {
        var masked = declaration
        for stage in masked.stages.indices {
            for action in masked.stages[stage].actions.indices {
                masked.stages[stage].actions[action].configuration =
                    masked.stages[stage].actions[action].configuration.mapValues { .plain($0.description) }
            }
        }
        self.masked = masked
    }

    func encode(to encoder: any Encoder) throws { try masked.encode(to: encoder) }
}
