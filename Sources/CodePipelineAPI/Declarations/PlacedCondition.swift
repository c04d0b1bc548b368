import PipelineModel

/// A condition and where it stands.
struct PlacedCondition: Sendable {
    let condition: DeclaredCondition
    let gate: ConditionGate
    let stage: StageName
    let stageIndex: Int
    /// E.g. `pipeline.stages.2.member.beforeEntry.conditions.1.member`.
    let path: String

    var rules: [PlacedRule] {
        (condition.rules ?? []).enumerated().map { index, rule in
            PlacedRule(
                rule: rule, gate: gate, stage: stage, stageIndex: stageIndex,
                path: "\(path).rules.\(index + 1).member")
        }
    }
}

/// A rule and where it stands.
struct PlacedRule: Sendable {
    let rule: DeclaredRule
    let gate: ConditionGate
    let stage: StageName
    let stageIndex: Int
    let path: String

    /// As messages begin: `Rule 'R' of stage 'S'`.
    var title: String { "Rule '\(rule.name)' of stage '\(stage)'" }

    /// Whether an action's work is there when the rule is judged: that of earlier stages, after the stage's actions
    /// also theirs (spec: pipeline-structure §8).
    func follows(_ action: PlacedAction) -> Bool {
        switch gate {
        case .beforeEntry: action.stageIndex < stageIndex
        case .onSuccess, .onFailure: action.stageIndex <= stageIndex
        }
    }
}

extension DeclaredStage {
    func placedConditions(stageIndex: Int) -> [PlacedCondition] {
        let path = "pipeline.stages.\(stageIndex + 1).member"
        let gates: [(ConditionGate, String, [DeclaredCondition])] = [
            (.beforeEntry, "beforeEntry", beforeEntry?.conditions ?? []),
            (.onSuccess, "onSuccess", onSuccess?.conditions ?? []),
            (.onFailure, "onFailure", onFailure?.conditions ?? []),
        ]
        return gates.flatMap { gate, member, conditions in
            conditions.enumerated().map { index, condition in
                PlacedCondition(
                    condition: condition, gate: gate, stage: name, stageIndex: stageIndex,
                    path: "\(path).\(member).conditions.\(index + 1).member")
            }
        }
    }
}
