import PipelineModel

/// What a V1 pipeline may not have (spec: pipeline-structure §2). These rules run before all others.
extension DeclarationValidator {
    func typeFaults(in pipeline: DeclaredPipeline) -> [DeclarationFault] {
        guard pipeline.type == .v1 else { return [] }
        var faults: [DeclarationFault] = []
        if let mode = pipeline.executionMode, mode != .superseded {
            faults.append(
                .structure("pipeline.executionMode", "QUEUED or PARALLEL mode can only be used with V2 pipelines"))
        }
        if pipeline.variables?.isEmpty == false {
            faults.append(.structure("pipeline.variables", "Pipeline variable can only be used with V2 pipelines"))
        }
        if pipeline.triggers?.isEmpty == false {
            faults.append(.structure("pipeline.triggers", "Triggers on tag can only be used with V2 pipelines"))
        }
        for (index, stage) in pipeline.stages.enumerated() where stage.hasConditions {
            faults.append(
                .stage(
                    "pipeline.stages.\(index + 1).member",
                    "Stage level conditions can only be used with V2 pipelines."))
        }
        return faults + pipeline.placedActions.compactMap(providerFault)
    }

    private func providerFault(of place: PlacedAction) -> DeclarationFault? {
        let type = place.action.actionTypeId
        guard type.owner == .aws, Self.needsV2(type) else { return nil }
        return .action(
            "\(place.path).actionTypeId", "\(type.provider) Action can only be used with V2 pipelines.")
    }

    private static func needsV2(_ type: ActionTypeID) -> Bool {
        switch (type.category, type.provider) {
        case (_, "Commands"), (_, "ECRBuildAndPublish"), (_, "EKS"), (.deploy, "EC2"), (.deploy, "Lambda"),
            (.invoke, "CodePipeline"):
            true
        default: false
        }
    }
}
