import PipelineModel

/// A declaration as answers show it: the stored form with `****` for each secret.
struct PipelineDeclarationOutput: Encodable, Sendable {
    private let masked: PipelineDeclaration

    init(_ declaration: PipelineDeclaration) {
        masked = declaration.mapConfigurations { $0.mapValues { .plain($0.description) } }
    }

    func encode(to encoder: any Encoder) throws { try masked.encode(to: encoder) }
}

extension PipelineDeclaration {
    /// A copy with the configuration of each action and of each rule changed.
    fileprivate func mapConfigurations(
        _ change: ([String: ConfigurationValue]) -> [String: ConfigurationValue]
    ) -> PipelineDeclaration {
        var copy = self
        for stage in copy.stages.indices {
            for action in copy.stages[stage].actions.indices {
                copy.stages[stage].actions[action].configuration = change(
                    copy.stages[stage].actions[action].configuration)
            }
            for gate in ConditionGate.allCases {
                copy.stages[stage].mapRules(of: gate) { rule in
                    var rule = rule
                    rule.configuration = change(rule.configuration)
                    return rule
                }
            }
        }
        return copy
    }
}

extension StageDeclaration {
    /// Replaces the rules of a gate's conditions.
    mutating func mapRules<Failure: Error>(
        of gate: ConditionGate, _ change: (RuleDeclaration) throws(Failure) -> RuleDeclaration
    ) throws(Failure) {
        switch gate {
        case .beforeEntry:
            if let conditions = beforeEntry?.conditions { beforeEntry?.conditions = try Self.map(conditions, change) }
        case .onSuccess:
            if let conditions = onSuccess?.conditions { onSuccess?.conditions = try Self.map(conditions, change) }
        case .onFailure:
            if let conditions = onFailure?.conditions { onFailure?.conditions = try Self.map(conditions, change) }
        }
    }

    private static func map<Failure: Error>(
        _ conditions: [ConditionDeclaration], _ change: (RuleDeclaration) throws(Failure) -> RuleDeclaration
    ) throws(Failure) -> [ConditionDeclaration] {
        var mapped = conditions
        for index in mapped.indices {
            var rules: [RuleDeclaration] = []
            for rule in mapped[index].rules { rules.append(try change(rule)) }
            mapped[index].rules = rules
        }
        return mapped
    }
}
