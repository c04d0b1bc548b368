import PipelineModel

extension PipelineExecution {
    /// Whether it holds a stage's lock; an active execution that doesn't stands in front of one.
    var isInsideStage: Bool {
        guard let stage = stages.last else { return false }
        return stage.status == .inProgress || stage.status == .stopping
    }

    /// The running attempt that a reference names; `nil` when it has ended, was replaced or never was.
    func runningAction(_ reference: ActionReference) -> ActionExecution? {
        // An execution moves through the stages in order, so what runs, runs in the stage that it entered last.
        guard let stage = stages.last, stage.name == reference.stage else { return nil }
        return stage.actions.first { $0.id == reference.id && $0.status == .inProgress }
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
