import PipelineModel

/// The rules within each stage (spec: pipeline-structure §4).
extension DeclarationValidator {
    func stageFaults(in pipeline: DeclaredPipeline) -> [DeclarationFault] {
        var seen: Set<StageName> = []
        return pipeline.stages.enumerated().flatMap { index, stage in
            let path = "pipeline.stages.\(index + 1).member"
            let isNew = seen.insert(stage.name).inserted
            return (isNew ? [] : [.stage("\(path).name", "Stage name '\(stage.name)' is used more than once")])
                + blockerFaults(of: stage, at: path) + sizeFaults(of: stage, isFirst: index == 0, at: path)
                + actionNameFaults(of: stage, at: path)
        }
    }

    private func blockerFaults(of stage: DeclaredStage, at path: String) -> [DeclarationFault] {
        guard stage.blockers?.isEmpty == false else { return [] }
        return [
            DeclarationFault(
                path: "\(path).blockers", exception: "InvalidBlockerDeclarationException",
                message: "Blockers are reserved for later use: remove 'blockers' from stage '\(stage.name)'")
        ]
    }

    /// An empty first stage is a structure fault already.
    private func sizeFaults(of stage: DeclaredStage, isFirst: Bool, at path: String) -> [DeclarationFault] {
        let orders = Dictionary(grouping: stage.actions) { $0.runOrder ?? 1 }
        var faults: [DeclarationFault] = []
        if stage.actions.isEmpty, !isFirst {
            faults.append(.stage("\(path).actions", "Stage '\(stage.name)' should contain at least 1 action"))
        }
        if orders.count > settings.runOrdersPerStage {
            faults.append(
                .stage(
                    "\(path).actions",
                    "Stage '\(stage.name)' has too many sequential actions. There can only be up to "
                        + "\(settings.runOrdersPerStage) run orders in a stage"))
        }
        if orders.values.contains(where: { $0.count > settings.actionsPerRunOrder }) {
            faults.append(
                .stage(
                    "\(path).actions",
                    "Stage '\(stage.name)' has too many parallel actions. There can only be up to "
                        + "\(settings.actionsPerRunOrder) actions with the same run order in a stage"))
        }
        return faults
    }

    private func actionNameFaults(of stage: DeclaredStage, at path: String) -> [DeclarationFault] {
        var seen: Set<ActionName> = []
        return stage.actions.enumerated().compactMap { index, action in
            guard !seen.insert(action.name).inserted else { return nil }
            return .stage(
                "\(path).actions.\(index + 1).member.name",
                "Action name '\(action.name)' is used more than once in stage '\(stage.name)'")
        }
    }
}
