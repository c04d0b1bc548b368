import PipelineEngine
import PipelineModel

/// What has been decided but not yet saved: states and records are written once for a whole batch of requests, however
/// often the batch changes them.
struct LedgerChanges {
    /// `nil` for a pipeline that is gone.
    private(set) var states: [PipelineName: PipelineState?] = [:]
    private(set) var versions: [PipelineDeclaration] = []
    private(set) var executions = RecordList<ExecutionID, PipelineExecution>()
    private(set) var actions = RecordList<ActionExecutionID, ActionRecord>()
    private(set) var rules = RecordList<RuleExecutionID, RuleRecord>()
    private(set) var successes: Set<StageSuccess> = []
    /// The deliveries that started executions of this batch.
    private(set) var deliveries: [ExecutionID: Int64] = [:]
    /// What was told of subjects, by their names.
    private(set) var stories: [String: ChangeStory] = [:]
    /// Whether effects were written that are due already.
    var hasDueEffects = false

    var isEmpty: Bool { states.isEmpty && !hasDueEffects }

    mutating func keep(_ state: PipelineState) { states[state.declaration.name] = .some(state) }
    mutating func keep(_ version: PipelineDeclaration) { versions.append(version) }
    mutating func keep(_ execution: PipelineExecution) { executions.put(execution, for: execution.id) }
    mutating func keep(_ action: ActionRecord) { actions.put(action, for: action.action.id) }
    mutating func keep(_ rule: RuleRecord) { rules.put(rule, for: rule.rule.id) }
    mutating func keep(_ success: StageSuccess) { successes.insert(success) }
    mutating func note(_ delivery: Int64, thatStarted execution: ExecutionID) { deliveries[execution] = delivery }

    mutating func keep(_ story: ChangeStory, of subject: String) { stories[subject] = story }

    /// The pipeline is gone, and with it all that was to be written for it.
    mutating func remove(_ pipeline: PipelineName) {
        states[pipeline] = .some(nil)
        versions.removeAll { $0.name == pipeline }
        executions.removeAll { $0.pipeline == pipeline }
        actions.removeAll { $0.pipeline == pipeline }
        rules.removeAll { $0.pipeline == pipeline }
        successes = successes.filter { $0.pipeline != pipeline }
    }

    /// Takes over what a later request of the same batch has changed.
    mutating func absorb(_ later: LedgerChanges) {
        for (name, state) in later.states {
            if let state { keep(state) } else { remove(name) }
        }
        for version in later.versions { keep(version) }
        for execution in later.executions.values { keep(execution) }
        for action in later.actions.values { keep(action) }
        for rule in later.rules.values { keep(rule) }
        successes.formUnion(later.successes)
        deliveries.merge(later.deliveries) { former, _ in former }
        stories.merge(later.stories) { $1 }
        hasDueEffects = hasDueEffects || later.hasDueEffects
    }
}

/// An attempt and the pipeline whose it is.
struct ActionRecord {
    var pipeline: PipelineName
    var action: ActionExecution
}

/// A rule's execution and the pipeline whose it is.
struct RuleRecord {
    var pipeline: PipelineName
    var rule: RuleExecution
}

/// Records in the order in which they were first put in: attempts get their place in lists by it.
struct RecordList<Key: Hashable, Value> {
    private var places: [Key: Int] = [:]
    private(set) var values: [Value] = []
    private var keys: [Key] = []

    subscript(key: Key) -> Value? { places[key].map { values[$0] } }

    mutating func put(_ value: Value, for key: Key) {
        if let place = places[key] {
            values[place] = value
        } else {
            places[key] = values.count
            values.append(value)
            keys.append(key)
        }
    }

    mutating func removeAll(where isGone: (Value) -> Bool) {
        guard values.contains(where: isGone) else { return }
        let kept = zip(keys, values).filter { !isGone($0.1) }
        self = RecordList()
        for (key, value) in kept { put(value, for: key) }
    }
}
