import PipelineModel

/// What AWS takes and this version of Penstock can't run: refused by name, never ignored.
extension DeclarationValidator {
    func availabilityFaults(in pipeline: DeclaredPipeline) -> [DeclarationFault] {
        var faults: [DeclarationFault] = []
        if pipeline.type == .v2, let mode = pipeline.executionMode, mode != .superseded {
            faults.append(
                .structure(
                    "pipeline.executionMode",
                    "Execution mode \(mode.rawValue) is not available in this version of Penstock; use SUPERSEDED"))
        }
        if pipeline.type == .v2, pipeline.triggers?.isEmpty == false {
            faults.append(
                .structure(
                    "pipeline.triggers",
                    "Triggers are not available in this version of Penstock; remove 'triggers': a push to the branch "
                        + "of a source action starts the pipeline"))
        }
        return faults
    }

    func conditionFaults(of stage: DeclaredStage, in pipeline: DeclaredPipeline, at path: String) -> [DeclarationFault]
    {
        var faults: [DeclarationFault] = []
        if let gate = stage.onFailure, gate.result != nil, gate.conditions != nil {
            faults.append(
                .stage(
                    "\(path).onFailure",
                    "The following stage cannot have a failure exit gate configured with both top level result and "
                        + "conditions: '\(stage.name)'"))
        }
        if stage.hasConditions, pipeline.type == .v2 {
            faults.append(
                .stage(
                    path,
                    "Stage conditions are not available in this version of Penstock; remove 'beforeEntry', "
                        + "'onSuccess' and 'onFailure' from stage '\(stage.name)'"))
        }
        return faults
    }

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
