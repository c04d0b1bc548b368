import PipelineModel
import PluginKit

/// What an action's type allows: artifacts in and out, configuration keys (spec: pipeline-structure §5, §6).
extension DeclarationValidator {
    /// AWS prints the region as its own enum's case.
    func unknownType(of place: PlacedAction) -> DeclarationFault {
        let type = place.action.actionTypeId
        let regionCase = region.uppercased().replacing("-", with: "_")
        return .action(
            "\(place.path).actionTypeId",
            "ActionType (Category: '\(type.category.rawValue)', Provider: '\(type.provider)', Owner: "
                + "'\(type.owner.rawValue)', Version: '\(type.version)') in action '\(place.action.name)' is not "
                + "available in region '\(regionCase)'")
    }

    func artifactCountFaults(of place: PlacedAction, type: ActionTypeDescription) -> [DeclarationFault] {
        let action = place.action
        return [
            countFault(action.inputs.count, "input", allowed: type.inputArtifacts, of: place),
            countFault(action.outputs.count, "output", allowed: type.outputArtifacts, of: place),
        ].compactMap(\.self)
    }

    private func countFault(
        _ count: Int, _ direction: String, allowed: ClosedRange<Int>, of place: PlacedAction
    ) -> DeclarationFault? {
        let start = "Action \(place.action.name) declares \(count) \(direction) artifacts which is"
        let path = "\(place.path).\(direction)Artifacts"
        if count < allowed.lowerBound {
            return .action(path, "\(start) less than the minimum count (\(allowed.lowerBound))")
        }
        guard count > allowed.upperBound else { return nil }
        return .action(path, "\(start) more than the maximum count (\(allowed.upperBound))")
    }

    func configurationFaults(of place: PlacedAction, type: ActionTypeDescription) -> [DeclarationFault] {
        let action = place.action
        let configuration = action.configuration ?? [:]
        let start = "Action configuration for action '\(action.name)'"
        let missing = type.configuration.filter { $0.required && configuration[$0.name] == nil }.map { property in
            DeclarationFault.action(
                "\(place.path).configuration",
                "\(start) is missing required configuration '\(property.name)'")
        }
        let unknown = configuration.keys.sorted().filter { type.property($0) == nil }.map { key in
            DeclarationFault.action(
                "\(place.path).configuration.\(key)", "\(start) contains unknown configuration '\(key)'")
        }
        return missing + unknown + valueFaults(of: place) + timeoutFaults(of: place) + commandFaults(of: place)
            + approvalFaults(of: place)
    }

    private func timeoutFaults(of place: PlacedAction) -> [DeclarationFault] {
        guard place.action.timeoutInMinutes != nil, place.action.actionTypeId != .manualApproval else { return [] }
        return [
            .action(
                "\(place.path).timeoutInMinutes",
                "Action \(place.action.name) can't have timeoutInMinutes: only Manual approval actions can")
        ]
    }

    private func commandFaults(of place: PlacedAction) -> [DeclarationFault] {
        let action = place.action
        guard action.actionTypeId.provider == "Commands", action.commands?.isEmpty ?? true else { return [] }
        return [.action("\(place.path).commands", "Action \(action.name) must have a non-empty commands field")]
    }
}
