import PipelineModel
import PluginKit

/// The rules of a condition: their types, keys, commands, inputs and variables (spec: pipeline-structure §8).
extension DeclarationValidator {
    func ruleFaults(of place: PlacedCondition, in pipeline: DeclaredPipeline, graph: ActionGraph) -> [DeclarationFault]
    {
        var seen: Set<RuleName> = []
        return place.rules.flatMap { rule in
            let isNew = seen.insert(rule.rule.name).inserted
            return (isNew ? [] : [repeatedName(of: rule)])
                + typeFaults(of: rule, result: place.condition.result)
                + inputFaults(of: rule, graph: graph) + referenceFaults(of: rule, in: pipeline, graph: graph)
        }
    }

    private func repeatedName(of place: PlacedRule) -> DeclarationFault {
        .stage(
            "\(place.path).name",
            "Rule name '\(place.rule.name)' is used more than once in the \(place.gate.member) condition of stage "
                + "'\(place.stage)'")
    }

    private func typeFaults(of place: PlacedRule, result: ConditionResult?) -> [DeclarationFault] {
        guard let type = ruleTypes[place.rule.ruleTypeId.id] else { return [unknownRule(place)] }
        return skipFaults(of: place, type: type, result: result) + countFaults(of: place, type: type)
            + configurationFaults(of: place, type: type) + commandFaults(of: place, type: type)
    }

    private func unknownRule(_ place: PlacedRule) -> DeclarationFault {
        let type = place.rule.ruleTypeId.id
        let known = ruleTypes.all.map(\.id)
        let remedy =
            known.isEmpty
            ? "load a module with it, or remove the rule"
            : "load a module with it, or use one of \(known.map(\.provider).joined(separator: ", "))"
        let version =
            known.contains { $0.provider == type.provider } || type.version != "1" ? " (version \(type.version))" : ""
        return .stage(
            "\(place.path).ruleTypeId",
            "\(place.title): no module of this gateway provides the rule \(type.provider)\(version); \(remedy)")
    }

    private func skipFaults(
        of place: PlacedRule, type: RuleTypeDescription, result: ConditionResult?
    ) -> [DeclarationFault] {
        guard result == .skip, !type.maySkip else { return [] }
        let able = ruleTypes.all.filter(\.maySkip).map(\.id.provider)
        let remedy = able.isEmpty ? "use FAIL" : "use FAIL, or the rules \(able.joined(separator: ", "))"
        return [
            .stage(
                "\(place.path).ruleTypeId",
                "\(place.title): a condition with a \(type.id.provider) rule can't have the result SKIP; \(remedy)")
        ]
    }

    private func countFaults(of place: PlacedRule, type: RuleTypeDescription) -> [DeclarationFault] {
        let count = place.rule.inputs.count
        let start = "\(place.title) declares \(count) input artifacts which is"
        let path = "\(place.path).inputArtifacts"
        if count < type.inputArtifacts.lowerBound {
            return [.stage(path, "\(start) less than the minimum count (\(type.inputArtifacts.lowerBound))")]
        }
        guard count > type.inputArtifacts.upperBound else { return [] }
        return [.stage(path, "\(start) more than the maximum count (\(type.inputArtifacts.upperBound))")]
    }

    private func configurationFaults(of place: PlacedRule, type: RuleTypeDescription) -> [DeclarationFault] {
        let configuration = place.rule.configuration ?? [:]
        let start = "Rule configuration for rule '\(place.rule.name)' of stage '\(place.stage)'"
        let missing = type.configuration.filter { $0.required && configuration[$0.name] == nil }.map { property in
            DeclarationFault.stage(
                "\(place.path).configuration", "\(start) is missing required configuration '\(property.name)'")
        }
        let unknown = configuration.keys.sorted().filter { type.property($0) == nil }.map { key in
            DeclarationFault.stage(
                "\(place.path).configuration.\(key)", "\(start) contains unknown configuration '\(key)'")
        }
        return missing + unknown
    }

    private func commandFaults(of place: PlacedRule, type: RuleTypeDescription) -> [DeclarationFault] {
        let isEmpty = place.rule.commands?.isEmpty ?? true
        if type.takesCommands, isEmpty {
            return [.stage("\(place.path).commands", "\(place.title) must have a non-empty commands field")]
        }
        guard !type.takesCommands, !isEmpty else { return [] }
        return [
            .stage(
                "\(place.path).commands",
                "\(place.title) can't have commands: a \(type.id.provider) rule takes none")
        ]
    }

    private func inputFaults(of place: PlacedRule, graph: ActionGraph) -> [DeclarationFault] {
        place.rule.inputs.enumerated().compactMap { index, input in
            guard !(graph.producers[input] ?? []).contains(where: place.follows) else { return nil }
            return .stage(
                "\(place.path).inputArtifacts.\(index + 1).member.name",
                "Input Artifact Bundle \(input) in rule \(place.rule.name) of stage \(place.stage) is not declared as "
                    + "Output Artifact Bundle in any of the preceding actions")
        }
    }
}
