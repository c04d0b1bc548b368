import PipelineEngine
import PipelineModel

/// An id is given once, to an execution, an attempt or a rule's execution; numbers only grow.
struct IDsAreNew: Invariant {
    private var ids: Set<String> = []
    private var numbers: [PipelineName: Int] = [:]

    mutating func check(_ moment: Moment) -> String? {
        for name in moment.reborn { numbers[name] = nil }
        for (name, recorded) in moment.events {
            switch recorded.event {
            case .executionStarted(let execution):
                guard execution.number > numbers[name] ?? 0 else { return "the number \(execution.number) came again" }
                numbers[name] = execution.number
                if let wrong = take(execution.id.rawValue) { return wrong }
            case .actionStarted(let attempt):
                if let wrong = take(attempt.id.rawValue) { return wrong }
                if let token = attempt.approvalToken, let wrong = take(token) { return wrong }
            case .ruleStarted(let rule):
                if let wrong = take(rule.id.rawValue) { return wrong }
            default: break
            }
        }
        return nil
    }

    private mutating func take(_ id: String) -> String? { ids.insert(id).inserted ? nil : "the id \(id) came again" }
}
