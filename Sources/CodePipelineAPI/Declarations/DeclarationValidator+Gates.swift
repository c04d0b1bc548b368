import PipelineModel

/// The gates of stages: which results they may have, and what stands in their way (spec: pipeline-structure §4).
extension DeclarationValidator {
    func gateFaults(in pipeline: DeclaredPipeline, graph: ActionGraph) -> [DeclarationFault] {
        // A V1 pipeline has heard already that it can't have any.
        guard pipeline.type == .v2 else { return [] }
        return pipeline.stages.enumerated().flatMap { index, stage in
            let conditions = stage.placedConditions(stageIndex: index)
            return failureFaults(of: stage, at: "pipeline.stages.\(index + 1).member.onFailure")
                + sourceFaults(of: stage, isFirst: index == 0, at: "pipeline.stages.\(index + 1).member")
                + parallelFaults(of: stage, in: pipeline, at: "pipeline.stages.\(index + 1).member")
                + conditions.flatMap { conditionFaults(of: $0) + ruleFaults(of: $0, in: pipeline, graph: graph) }
        }
    }

    private func failureFaults(of stage: DeclaredStage, at path: String) -> [DeclarationFault] {
        guard let gate = stage.onFailure else { return [] }
        var faults: [DeclarationFault] = []
        if gate.result != nil, gate.conditions != nil {
            faults.append(
                .stage(
                    path,
                    "The following stage cannot have a failure exit gate configured with both top level result and "
                        + "conditions: '\(stage.name)'"))
        }
        if let result = gate.result, result != .rollback, result != .retry {
            faults.append(
                .stage(
                    "\(path).result",
                    "The result \(result.rawValue) can't be used in onFailure of stage '\(stage.name)': it is ROLLBACK "
                        + "or RETRY"))
        }
        if gate.retryConfiguration != nil, gate.result != .retry {
            faults.append(
                .stage(
                    "\(path).retryConfiguration",
                    "retryConfiguration in onFailure of stage '\(stage.name)' can only be used with the result RETRY"))
        }
        return faults
    }

    /// The source stage is where an execution begins: nothing stands before it, and nothing lies behind it.
    private func sourceFaults(of stage: DeclaredStage, isFirst: Bool, at path: String) -> [DeclarationFault] {
        guard isFirst else { return [] }
        var faults: [DeclarationFault] = []
        if stage.beforeEntry != nil {
            faults.append(
                .stage(
                    "\(path).beforeEntry",
                    "Entry conditions cannot be added to the source stage '\(stage.name)': move them to the next stage")
            )
        }
        for member in stage.rollbackMembers {
            faults.append(
                .stage(
                    "\(path).\(member)",
                    "The source stage '\(stage.name)' cannot be rolled back: \(member) can't have the result ROLLBACK"))
        }
        return faults
    }

    private func parallelFaults(
        of stage: DeclaredStage, in pipeline: DeclaredPipeline, at path: String
    ) -> [DeclarationFault] {
        guard pipeline.executionMode == .parallel else { return [] }
        return stage.rollbackMembers.map { member in
            let conditions = member == "onFailure" ? "Failure conditions" : "Success conditions"
            return .stage(
                "\(path).\(member)",
                "\(conditions) with rollback result type cannot be added to a PARALLEL pipeline.")
        }
    }

    private func conditionFaults(of place: PlacedCondition) -> [DeclarationFault] {
        var faults: [DeclarationFault] = []
        if let result = place.condition.result, !place.gate.results.contains(result) {
            let allowed = place.gate.results.map(\.rawValue).joined(separator: " or ")
            faults.append(
                .stage(
                    "\(place.path).result",
                    "The result \(result.rawValue) can't be used in the \(place.gate.member) condition of stage "
                        + "'\(place.stage)': it is \(allowed)"))
        }
        if place.rules.isEmpty {
            faults.append(
                .stage(
                    "\(place.path).rules",
                    "The \(place.gate.member) condition of stage '\(place.stage)' should contain at least 1 rule"))
        }
        return faults
    }
}

extension DeclaredStage {
    /// The gates that may roll the stage back.
    fileprivate var rollbackMembers: [String] {
        func rollsBack(_ conditions: [DeclaredCondition]?) -> Bool {
            (conditions ?? []).contains { $0.result == .rollback }
        }
        var members: [String] = []
        if rollsBack(onSuccess?.conditions) { members.append("onSuccess") }
        if onFailure?.result == .rollback || rollsBack(onFailure?.conditions) { members.append("onFailure") }
        return members
    }
}

extension ConditionGate {
    /// The member of a stage's declaration.
    var member: String {
        switch self {
        case .beforeEntry: "beforeEntry"
        case .onSuccess: "onSuccess"
        case .onFailure: "onFailure"
        }
    }

    fileprivate var results: [ConditionResult] {
        switch self {
        case .beforeEntry: [.fail, .skip]
        case .onSuccess: [.rollback, .fail]
        case .onFailure: [.rollback]
        }
    }
}
