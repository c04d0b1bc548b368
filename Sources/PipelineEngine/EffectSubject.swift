package import PipelineModel

/// What an effect serves: ``EffectChange/cancel(_:)`` finds it by the subject's id.
///
/// Stored as the reference itself, told apart by its members, so that rows of the first schema read on.
package enum EffectSubject: Sendable, Hashable {
    case action(ActionReference)
    case rule(RuleReference)
    /// A question to a host or a message: nothing cancels it but its own end.
    case errand(SubjectID)

    /// The attempt that it serves, if it serves one.
    package var attempt: ActionReference? {
        if case .action(let reference) = self { reference } else { nil }
    }

    package var id: SubjectID {
        switch self {
        case .action(let reference): SubjectID(reference.id.rawValue)
        case .rule(let reference): SubjectID(reference.id.rawValue)
        case .errand(let id): id
        }
    }
}

/// The id of an attempt, a rule execution or an errand: a UUID in lower case.
package struct SubjectID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package init(_ attempt: ActionExecutionID) { rawValue = attempt.rawValue }
    package init(_ rule: RuleExecutionID) { rawValue = rule.rawValue }
}

extension EffectSubject: Codable {
    private enum CodingKeys: String, CodingKey { case action, rule, errand }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if container.contains(.rule) {
            self = .rule(try RuleReference(from: decoder))
        } else if container.contains(.action) {
            self = .action(try ActionReference(from: decoder))
        } else {
            self = .errand(try container.decode(SubjectID.self, forKey: .errand))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .action(let reference): try reference.encode(to: encoder)
        case .rule(let reference): try reference.encode(to: encoder)
        case .errand(let id):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .errand)
        }
    }
}

/// Names one execution of one rule without searching for it.
package struct RuleReference: Codable, Sendable, Hashable {
    package var execution: ExecutionID
    package var stage: StageName
    package var gate: ConditionGate
    package var rule: RuleName
    package var id: RuleExecutionID

    package init(_ rule: RuleExecution) {
        self.execution = rule.executionID
        self.stage = rule.stage
        self.gate = rule.gate
        self.rule = rule.rule
        self.id = rule.id
    }
}
