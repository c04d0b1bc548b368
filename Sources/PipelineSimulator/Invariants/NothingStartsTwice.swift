import PipelineEngine
import PipelineModel

/// One action of one execution runs once at a time, and the same for rules; what runs ends once.
struct NothingStartsTwice: Invariant {
    private struct Running {
        /// The running attempt of each action of each execution.
        var subjects: [String: String] = [:]
    }

    private var pipelines: [PipelineName: Running] = [:]

    mutating func check(_ moment: Moment) -> String? {
        for name in moment.reborn { pipelines[name] = nil }
        for (name, recorded) in moment.events {
            if let wrong = check(recorded.event, of: name) { return wrong }
        }
        return nil
    }

    private mutating func check(_ event: PipelineEvent, of name: PipelineName) -> String? {
        switch event {
        case .actionStarted(let attempt): start(Self.key(ActionReference(attempt)), attempt.id.rawValue, name)
        case .actionSucceeded(let reference, _), .actionFailed(let reference, _), .actionAbandoned(let reference):
            end(Self.key(reference), reference.id.rawValue, name)
        case .actionProgressed(let reference, _):
            runs(Self.key(reference), reference.id.rawValue, name) ? nil : "\(reference.id) went on, but doesn't run"
        case .ruleStarted(let rule): start(Self.key(RuleReference(rule)), rule.id.rawValue, name)
        case .ruleSucceeded(let reference, _), .ruleFailed(let reference, _), .ruleAbandoned(let reference):
            end(Self.key(reference), reference.id.rawValue, name)
        case .ruleProgressed(let reference, _):
            runs(Self.key(reference), reference.id.rawValue, name) ? nil : "\(reference.id) went on, but doesn't run"
        default: nil
        }
    }

    private static func key(_ reference: ActionReference) -> String {
        "\(reference.execution)/\(reference.stage)/\(reference.action)"
    }

    private static func key(_ reference: RuleReference) -> String {
        "\(reference.execution)/\(reference.stage)/\(reference.gate.rawValue)/\(reference.rule)"
    }

    private func runs(_ key: String, _ id: String, _ name: PipelineName) -> Bool {
        pipelines[name]?.subjects[key] == id
    }

    private mutating func start(_ key: String, _ id: String, _ name: PipelineName) -> String? {
        guard let former = pipelines[name, default: Running()].subjects.updateValue(id, forKey: key) else { return nil }
        return "\(key) was started as \(id) while \(former) ran"
    }

    private mutating func end(_ key: String, _ id: String, _ name: PipelineName) -> String? {
        guard runs(key, id, name) else { return "\(key) ended as \(id), which doesn't run" }
        pipelines[name]?.subjects[key] = nil
        return nil
    }
}
