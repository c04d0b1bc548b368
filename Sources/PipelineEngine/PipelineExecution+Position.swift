import PipelineModel

extension PipelineExecution {
    /// Whether it is inside a stage; an active execution that isn't stands in front of one.
    package var isInsideStage: Bool {
        guard let stage = stages.last else { return false }
        return stage.status == .inProgress || stage.status == .stopping
    }

    /// Whether it is inside this stage and others must wait for it.
    func holds(_ stage: StageName) -> Bool { mode != .parallel && isInsideStage && stages.last?.name == stage }

    /// The running attempt that a reference names; `nil` when it has ended, was replaced or never was.
    func runningAction(_ reference: ActionReference) -> ActionExecution? {
        // An execution moves through the stages in order, so what runs, runs in the stage that it entered last.
        guard let stage = stages.last, stage.name == reference.stage else { return nil }
        return stage.actions.first { $0.id == reference.id && $0.status == .inProgress }
    }
}

extension PipelineExecution {
    /// The running rule execution that a reference names; `nil` when it has ended, was replaced or never was.
    func runningRule(_ reference: RuleReference) -> RuleExecution? {
        guard let stage = stages.last, stage.name == reference.stage else { return nil }
        return stage.conditions[reference.gate]?.rules.first { $0.id == reference.id && $0.status == .inProgress }
    }
}

extension StageExecution {
    var isRunning: Bool { actions.contains { $0.status == .inProgress } }
    /// An abandoned action counts as a failed one (spec: execution-semantics §7).
    var hasFailed: Bool { actions.contains { $0.hasFailed } }
}

extension ActionExecution {
    var hasFailed: Bool { status == .failed || status == .abandoned }
}
