import PipelineEngine
import PipelineModel
import PipelineStore

/// Work and timers are for what runs; only orders to end, messages and questions stand alone.
struct NoStrayEffect: Invariant {
    mutating func check(_ moment: Moment) -> String? {
        guard moment.isCommitted, !moment.touched.isEmpty else { return nil }
        for (id, effect) in moment.ledger.effects where moment.batch.pipelines.contains(effect.pipeline) {
            switch effect.kind {
            case .cancelAction, .cancelRule, .reportStatus, .notify: continue
            case .askChangedPaths:
                if moment.state(effect.pipeline) == nil {
                    return "effect \(id.rawValue) asks for a pipeline that is gone"
                }
            case .runAction, .runRule, .collectOutputs, .timer:
                guard let state = moment.state(effect.pipeline), state.runs(effect.subject) else {
                    return "effect \(id.rawValue) is for \(effect.subject.id), which doesn't run"
                }
            }
        }
        return nil
    }
}

extension PipelineState {
    fileprivate func runs(_ subject: EffectSubject) -> Bool {
        switch subject {
        case .action(let reference):
            executions[reference.execution]?.stages.last { $0.name == reference.stage }?.actions
                .contains { $0.id == reference.id && $0.status == .inProgress } == true
        case .rule(let reference):
            executions[reference.execution]?.stages.last { $0.name == reference.stage }?.conditions[reference.gate]?
                .rules.contains { $0.id == reference.id && $0.status == .inProgress } == true
        case .errand: false
        }
    }
}
