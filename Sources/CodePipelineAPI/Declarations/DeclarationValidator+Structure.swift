import PipelineModel

/// Counts, sources and variables of the pipeline as a whole (spec: pipeline-structure §3, §4).
extension DeclarationValidator {
    func structureFaults(in pipeline: DeclaredPipeline) -> [DeclarationFault] {
        stageCountFaults(pipeline.stages) + sourceFaults(pipeline.stages) + actionCountFaults(pipeline.stages)
    }

    private func stageCountFaults(_ stages: [DeclaredStage]) -> [DeclarationFault] {
        let (least, most) = (settings.stages.lowerBound, settings.stages.upperBound)
        if stages.count < least {
            return [
                .structure(
                    "pipeline.stages",
                    "Pipeline has only \(stages.count) stage(s). There should be a minimum of \(least) stages in a "
                        + "pipeline")
            ]
        }
        guard stages.count > most else { return [] }
        return [
            .structure(
                "pipeline.stages",
                "Pipeline has too many stages. There can only be up to \(most) stages in a pipeline")
        ]
    }

    private func sourceFaults(_ stages: [DeclaredStage]) -> [DeclarationFault] {
        guard let first = stages.first else { return [] }
        var faults: [DeclarationFault] = []
        if first.actions.isEmpty || !first.actions.allSatisfy(\.isSource) {
            faults.append(
                .structure(
                    "pipeline.stages.1.member", "Pipeline should start with a stage that only contains source actions"))
        }
        for (index, stage) in stages.enumerated().dropFirst() where stage.actions.contains(where: \.isSource) {
            faults.append(
                .structure(
                    "pipeline.stages.\(index + 1).member",
                    "Source actions can only be included in the first stage of the pipeline"))
        }
        if stages.allSatisfy({ $0.actions.allSatisfy(\.isSource) }) {
            faults.append(
                .structure(
                    "pipeline.stages", "Pipeline should contain at least 1 action whose category is not Source"))
        }
        return faults
    }

    private func actionCountFaults(_ stages: [DeclaredStage]) -> [DeclarationFault] {
        let count = stages.reduce(0) { $0 + $1.actions.count }
        guard count > settings.actionsPerPipeline else { return [] }
        return [
            .structure(
                "pipeline.stages",
                "Pipeline has too many actions. There can only be up to \(settings.actionsPerPipeline) actions in a "
                    + "pipeline")
        ]
    }

    func variableFaults(in pipeline: DeclaredPipeline) -> [DeclarationFault] {
        var seen: Set<String> = []
        return (pipeline.variables ?? []).enumerated().compactMap { index, variable in
            guard !seen.insert(variable.name).inserted else { return nil }
            return .structure(
                "pipeline.variables.\(index + 1).member.name",
                "Variable names must be unique. The following variable name is already in use: \(variable.name)")
        }
    }
}
