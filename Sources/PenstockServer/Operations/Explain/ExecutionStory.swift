import Foundation
import PipelineEngine
import PipelineModel

/// An execution's story, told in order from the ledger's facts. Pure: the same facts give the same lines.
///
/// What each kind of fact says stands in ``ExecutionStory/sentence(of:)``; this file puts them in order and adds what
/// the facts don't say: the delivery in front and the present at the end.
struct ExecutionStory {
    struct Facts {
        var execution: PipelineExecution
        /// The execution's own, in order.
        var events: [RecordedEvent]
        /// The pipeline's, e.g. who opened a transition; those of other times are left out.
        var pipelineEvents: [RecordedEvent] = []
        /// What started it.
        var delivery: JournalEntry?
        /// Executions that the facts name.
        var others: [PipelineExecution] = []
        /// `nil`: the pipeline is gone.
        var state: PipelineState?
        var now: Double
    }

    let facts: Facts
    let names: ExecutionNames
    /// Where it waits, since when, and in front of which stages it ever has.
    var waiting: (stage: StageName, since: Double)?
    var waitedAt: Set<StageName> = []
    var attempts: [String: Int] = [:]
    var runs: [ActionExecutionID: ActionExecution] = [:]
    var rules: [RuleExecutionID: RuleExecution] = [:]
    /// What was said last of an attempt or a rule: the same again isn't worth a line.
    var progress: [String: String] = [:]
    var results: [ConditionGate: ConditionResult] = [:]
    /// The moment of the fact that is being told.
    var clock = 0.0

    private init(_ facts: Facts) {
        self.facts = facts
        let known = facts.others + Array(facts.state?.executions.values ?? [:].values) + [facts.execution]
        self.names = ExecutionNames(
            numbers: Dictionary(known.map { ($0.id, $0.number) }, uniquingKeysWith: { first, _ in first }))
    }

    static func lines(_ facts: Facts) -> [StoryLine] {
        var story = ExecutionStory(facts)
        return story.opening() + story.middle() + story.ending()
    }

    private func line(_ at: Double, _ kind: String, _ text: String) -> StoryLine {
        StoryLine(
            at: Date(timeIntervalSince1970: at), after: at - facts.execution.startTime, kind: kind,
            text: text)
    }

    private func opening() -> [StoryLine] {
        guard let delivery = facts.delivery else { return [] }
        return [line(delivery.receivedAt, "delivery", Self.sentence(of: delivery, starting: facts.execution.id))]
    }

    private mutating func middle() -> [StoryLine] {
        var lines: [StoryLine] = []
        for recorded in (facts.events + relevantPipelineEvents()).sorted(by: { $0.sequence < $1.sequence }) {
            clock = recorded.at
            guard let text = sentence(of: recorded.event) else { continue }
            lines.append(line(recorded.at, recorded.event.kind, text))
        }
        return lines
    }

    /// What was done to the pipeline while it lived; of transitions those that it stood in front of.
    private func relevantPipelineEvents() -> [RecordedEvent] {
        let queued = Set(facts.events.compactMap(\.event.waitedAt))
        guard let first = facts.events.first?.sequence else { return [] }
        let last = facts.execution.status.isTerminal ? facts.events.last?.sequence ?? first : Int64.max
        return facts.pipelineEvents.filter { recorded in
            guard (first...last).contains(recorded.sequence) else { return false }
            return switch recorded.event {
            case .transitionChanged(let stage, _): queued.contains(stage)
            case .pipelineUpdated, .pipelineDeleted: true
            default: false
            }
        }
    }

    private func ending() -> [StoryLine] {
        let execution = facts.execution
        var lines = followers().map { line($0.startTime, "now", Self.sentence(of: $0, after: execution, names)) }
        guard let state = facts.state else {
            return lines + [line(facts.now, "now", "the pipeline '\(execution.pipeline)' is deleted")]
        }
        if execution.status.isTerminal {
            if let advice = Self.advice(on: execution, in: state) { lines.append(line(facts.now, "now", advice)) }
            return lines
        }
        let situation = PresentSituation(state: state, names: names, now: facts.now)
        return lines + situation.sentences(on: execution).map { line(facts.now, "now", $0) }
    }

    /// The rollbacks that its failure led to, and what an update restarted in its place.
    private func followers() -> [PipelineExecution] {
        let id = facts.execution.id
        return facts.others.filter {
            $0.restarts == id
                || $0.trigger.type == .automatedRollback && $0.trigger.detail?.contains(id.rawValue) == true
        }.sorted { $0.number < $1.number }
    }

    private static func sentence(
        of follower: PipelineExecution, after execution: PipelineExecution, _ names: ExecutionNames
    ) -> String {
        guard let target = follower.rollbackTarget else {
            return "restart after the update: \(names(follower.id)) goes on with the same revisions in its place"
        }
        return "result ROLLBACK: \(names(follower.id)) goes back to \(names(target)); it is "
            + follower.status.rawValue
    }

    /// What its owner can do about it now.
    private static func advice(on execution: PipelineExecution, in state: PipelineState) -> String? {
        guard let stage = execution.stages.last, stage.status == .failed || stage.status == .stopped,
            execution.pipelineVersion == state.declaration.version,
            execution.mode == .parallel || state.stages[stage.name]?.latest == execution.id
        else { return nil }
        let failed = stage.actions.contains { $0.status == .failed || $0.status == .abandoned }
        return "stage \(stage.name) can be retried: aws codepipeline retry-stage-execution --pipeline-name "
            + "\(execution.pipeline) --stage-name \(stage.name) --pipeline-execution-id \(execution.id) --retry-mode "
            + (failed ? "FAILED_ACTIONS" : "ALL_ACTIONS")
    }
}

extension PipelineEvent {
    /// The stage in front of which the fact has an execution wait.
    fileprivate var waitedAt: StageName? {
        switch self {
        case .executionWaits(_, let stage), .executionQueued(_, let stage, _): stage
        default: nil
        }
    }
}
