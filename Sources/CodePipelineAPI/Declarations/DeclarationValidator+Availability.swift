import PipelineModel

/// What AWS takes and this version of Penstock can't run: refused by name, never ignored.
extension DeclarationValidator {
    func availabilityFaults(of place: PlacedAction) -> [DeclarationFault] {
        let action = place.action
        var members: [String] = []
        if action.commands?.isEmpty == false { members.append("commands") }
        if action.outputVariables?.isEmpty == false { members.append("outputVariables") }
        if action.environmentVariables?.isEmpty == false { members.append("environmentVariables") }
        if (action.outputArtifacts ?? []).contains(where: { $0.files?.isEmpty == false }) {
            members.append("outputArtifacts.files")
        }
        return members.map { member in
            .action(
                "\(place.path).\(member)",
                "'\(member)' in action '\(action.name)' is not available in this version of Penstock; use a "
                    + "CodeBuild action")
        }
    }
}
